#pragma once
// The distribution of a variable in bins (rxQuantile, rxLorenz): a pass for the ends of its values,
// and one for the weight, and the sum of another variable, of each bin.
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "analysis/aggregates.hpp"
#include "analysis/analysis.hpp"
#include "base/error.hpp"

namespace insitu {

/// How a variable is cut into bins.
struct BinRule {
  double multiple = 1;          ///< whole numbers are looked for after multiplying by it
  bool given_multiple = false;  ///< then values are rounded to whole numbers
  std::int64_t most_whole = 0;  ///< a bin for each whole number where their range is up to this
  std::int64_t breaks = 1000;   ///< else as many bins of equal width
  static constexpr auto fields = std::tuple{&BinRule::multiple, &BinRule::given_multiple,
                                            &BinRule::most_whole, &BinRule::breaks};
};

/// Weight and sum of the other variable by bin, from low to high.
struct BinnedResult {
  std::vector<double> weights, sums;
  double low = 0, high = 0;  ///< of the values
  bool whole = false;        ///< a bin holds one value: low + its number / multiple
  bool rounded = false;      ///< values were rounded to it
  double multiple = 1;
  std::int64_t rows = 0, missing_rows = 0;
  double weight = 0, sum = 0;
  double lowest_other = 0;  ///< of the values that are summed

  double width() const;                 ///< of a bin; 0: each holds one value
  double value(std::size_t bin) const;  ///< of a bin of one value
  double begin(std::size_t bin) const;  ///< of a bin of many; that behind the last is `high`
};

struct BinnedSums {
  static constexpr std::string_view name = "binned_sums";
  static constexpr std::string_view meaning = "the range of the variable, then sums by bins of it";

  struct State {
    std::vector<double> weights, sums;                      ///< by bin; empty in the first pass
    std::int64_t rows = 0, missing_rows = 0, odd_rows = 0;  ///< odd: no whole number
    double weight = 0, sum = 0, lowest_weight = 0;
    double lowest_other = std::numeric_limits<double>::infinity();
    double low = std::numeric_limits<double>::infinity();
    double high = -std::numeric_limits<double>::infinity();
    static constexpr auto fields =
        std::tuple{&State::weights,      &State::sums,   &State::rows, &State::missing_rows,
                   &State::odd_rows,     &State::weight, &State::sum,  &State::lowest_weight,
                   &State::lowest_other, &State::low,    &State::high};
    void merge(const State& next);
  };

  std::string variable;  ///< numbers
  std::string other;     ///< "": none is summed
  std::string weights;   ///< "": every row counts once
  BinRule rule;
  bool counting = false;  ///< the second pass: the members below are set
  bool whole = false, rounded = false;
  double low = 0, high = 0;
  static constexpr auto fields =
      std::tuple{&BinnedSums::variable, &BinnedSums::other,    &BinnedSums::weights,
                 &BinnedSums::rule,     &BinnedSums::counting, &BinnedSums::whole,
                 &BinnedSums::rounded,  &BinnedSums::low,      &BinnedSums::high};

  std::vector<std::string> variables() const;
  /// Throws DataError for options that contradict themselves.
  State init() const;
  /// Throws DataError for a state of other bins.
  void check(const State&) const;
  void accumulate(State&, const Chunk&) const;
  /// True after the first pass, if there are rows. Throws DataError for negative weights and for
  /// values that are not finite.
  bool update(const State&);
  BinnedResult finalize(const State&) const;
  /// The state from sums that a server forms: counts are equal, weights and sums up to last digits.
  State aggregated(const AskAggregates&) const;

  static constexpr std::int64_t kMostBins = 10'000'000;
  static constexpr double kLastWhole = 9007199254740992.0;  ///< 2^53: behind it are gaps

 private:
  std::size_t bins() const;
  std::size_t bin_of(double value) const;
  DataError values_changed() const;
};

}  // namespace insitu
