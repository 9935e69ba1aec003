#pragma once
// Finds what sources do not declare: the levels of factor and character variables, in order of
// first appearance in the data (those of factor() in its own order), and the ranges that F() needs.
// The same lists come out whatever the chunks, threads and workers.
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "analysis/aggregates.hpp"
#include "analysis/analysis.hpp"
#include "formula/model/model_frame.hpp"

namespace insitu {

/// Different strings in order of first appearance. The hash table is rebuilt after loading.
class DistinctStrings {
  std::vector<std::string> values_;
  std::vector<std::uint32_t> slots_;  // position + 1 in values_; 0: free
  std::size_t indexed_ = 0;           // how many of values_ are in slots_
  Levels last_levels_;                // of the chunk before, with
  std::vector<std::uint8_t> used_;    // which of them have been added

  void index_all();

 public:
  static constexpr auto fields = std::tuple{&DistinctStrings::values_};
  static constexpr std::size_t kMost = 5'000'000;

  const std::vector<std::string>& values() const { return values_; }
  /// Throws DataError naming `variable` when there are more than kMost.
  void add(std::string_view text, const std::string& variable);
  /// Adds the levels that the codes use, in order of their first use.
  void add_used(const Column& factor, const std::string& variable);
  /// Adds all levels that the column lists, used or not.
  void add_listed(const Column& factor, const std::string& variable);
  void merge(const DistinctStrings& next, const std::string& variable);
};

struct FindLevels {
  static constexpr std::string_view name = "find_levels";
  static constexpr std::string_view meaning = "levels and ranges that the data do not declare";

  std::vector<std::string> levels_of;  ///< expressions; columns by name, in backticks where needed
  std::vector<std::string> ranges_of;
  /// Columns that are factors: of these all levels that chunks list, in the order of the lists.
  std::vector<std::string> lists_of;
  static constexpr auto fields =
      std::tuple{&FindLevels::levels_of, &FindLevels::ranges_of, &FindLevels::lists_of};

  /// The order that factor(x) gives its levels.
  enum class Order : std::int32_t {
    kAppearance = 0,  ///< no factor(x): as they come
    kNumbers = 1,     ///< x holds numbers
    kBytes = 2,       ///< x holds texts, dates or times
    kListed = 3,      ///< x is a factor: as it lists them
  };

  struct Range {
    double low = std::numeric_limits<double>::infinity();
    double high = -std::numeric_limits<double>::infinity();
    static constexpr auto fields = std::tuple{&Range::low, &Range::high};
  };
  struct State {
    std::vector<std::string> names;  ///< of `levels`, for messages
    std::vector<DistinctStrings> levels;
    std::vector<std::int32_t> orders;     ///< of each of `levels`; an Order
    std::vector<DistinctStrings> listed;  ///< of factor(f): the levels of f
    std::vector<DistinctStrings> lists;   ///< of `lists_of`
    std::vector<Range> ranges;
    static constexpr auto fields = std::tuple{&State::names,  &State::levels, &State::orders,
                                              &State::listed, &State::lists,  &State::ranges};
    void merge(const State& next);
  };

  std::vector<std::string> variables() const;
  State init() const;
  void accumulate(State&, const Chunk&) const;
  /// A table has no order: levels come sorted by bytes where rows give the order of appearance.
  State aggregated(const AskAggregates&) const;
  /// Levels by expression. Those of factor(x) are in R's order: by value if x holds numbers, in the
  /// order of its levels if it is a factor, else by bytes.
  FoundDomains finalize(const State&) const;
};

}  // namespace insitu
