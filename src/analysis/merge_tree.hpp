#pragma once
// Merges the states of numbered splits along one fixed binary tree, whatever order they arrive in
// and whoever computed them. Floating-point sums therefore come out the same, bit for bit, on one
// thread, on sixteen, and on a cluster. Holds O(log splits) states per contiguous run of splits.
// Not for several threads at once.
#include <compare>
#include <cstdint>
#include <map>
#include <memory>
#include <tuple>
#include <utility>
#include <vector>

#include "analysis/pass.hpp"

namespace insitu {

class MergeTree {
 public:
  /// A node covers splits [index << level, (index + 1) << level).
  struct Key {
    std::uint64_t index = 0;
    std::uint64_t level = 0;
    std::uint64_t first_split() const { return index << level; }
    std::uint64_t end_split() const { return (index + 1) << level; }
    bool operator==(const Key&) const = default;
    /// By place in the data.
    auto operator<=>(const Key& other) const {
      return std::pair(first_split(), level) <=> std::pair(other.first_split(), other.level);
    }
    static constexpr auto fields = std::tuple{&Key::index, &Key::level};
  };

  /// Adds a node and merges it with its sibling as far up as siblings are there, in O(log nodes).
  /// Throws DataError when a split of the node was added before.
  void add(Key key, std::unique_ptr<Accumulator> state);

  /// Adds all nodes of another tree over the same splits, which is empty then. Throws DataError
  /// where a split is in both, and changes neither then.
  void add(MergeTree&& other);

  /// What is left to merge elsewhere: the nodes whose siblings other workers hold.
  const std::map<Key, std::unique_ptr<Accumulator>>& nodes() const { return nodes_; }

  /// One more than the highest split that was added.
  std::uint64_t splits() const { return nodes_.empty() ? 0 : nodes_.rbegin()->first.end_split(); }

  /// Adds states without rows for the splits of [0, split_count) that are missing, O(log) of them
  /// for each gap.
  void fill(const Pass&, std::uint64_t split_count);

  /// All states, in the order of the data.
  std::vector<std::unique_ptr<Accumulator>> take() &&;

  /// Closes the ragged right edge: merges what is left, in the order of the data.
  /// Throws DataError when a split of [0, split_count) is missing or one beyond was added.
  std::unique_ptr<Accumulator> finish(const Pass&, std::uint64_t split_count) &&;

 private:
  /// Throws DataError when a split of the node was added before.
  void require_free(const Key&) const;

  std::map<Key, std::unique_ptr<Accumulator>> nodes_;
};

}  // namespace insitu
