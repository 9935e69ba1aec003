#pragma once
// How many rows each group has: one pass in any context.
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "analysis/analysis.hpp"
#include "shaping/key_codec.hpp"

namespace insitu {

/// Groups by key (key_codec.hpp), with the number of their rows. States are in the order of the
/// keys, so that they are merged in a line: hashed anew at each level of the merge tree, millions
/// of keys took seconds. The hash table is rebuilt after loading.
class GroupCounts {
 public:
  static constexpr std::size_t kMost = 100'000'000;

  /// Throws DataError when there are more than kMost. A new key is put behind all others.
  void add(std::string_view key, std::int64_t rows);
  /// Puts the groups in the order of their keys.
  void sort();
  /// REQUIRES: both are in the order of their keys; then this is, too.
  void merge(const GroupCounts& next);
  /// Position of a key; REQUIRES: it is there.
  std::uint32_t find(std::string_view key) const;

  const std::vector<std::string>& keys() const { return keys_; }
  const std::vector<std::int64_t>& rows() const { return rows_; }
  /// Throws DataError for members that contradict each other, or are not in the order of the keys.
  void check() const;

 private:
  std::vector<std::string> keys_;
  std::vector<std::int64_t> rows_;
  mutable std::vector<std::uint32_t> slots_;  // position + 1 in keys_; 0: free
  mutable std::size_t indexed_ = 0;           // how many of keys_ are in slots_

  void index_all() const;
  std::size_t slot_of(std::string_view key) const;

 public:
  static constexpr auto fields = std::tuple{&GroupCounts::keys_, &GroupCounts::rows_};
};

struct KeyCounts {
  static constexpr std::string_view name = "key_counts";
  static constexpr std::string_view meaning = "the groups and their numbers of rows";

  std::vector<std::string> columns;  ///< to group by; factors have global levels
  static constexpr auto fields = std::tuple{&KeyCounts::columns};

  struct State {
    GroupCounts groups;
    static constexpr auto fields = std::tuple{&State::groups};
    void merge(const State& next) { groups.merge(next.groups); }
  };

  std::vector<std::string> variables() const { return columns; }
  State init() const { return {}; }
  void check(const State& state) const { state.groups.check(); }
  void accumulate(State&, const Chunk&) const;
  GroupCounts finalize(const State&) const;
};

}  // namespace insitu
