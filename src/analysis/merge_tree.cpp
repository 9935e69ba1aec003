#include "analysis/merge_tree.hpp"

#include <algorithm>
#include <bit>
#include <iterator>
#include <utility>

namespace insitu {

void MergeTree::require_free(const Key& key) const {
  if (key.level > 62 || (key.level > 0 && key.index >> (63 - key.level)))
    throw DataError("a node of the merge tree is out of range");
  // The nodes there do not overlap, so its neighbours in the data alone could.
  const auto next = nodes_.lower_bound({key.first_split(), 0});
  if ((next != nodes_.end() && next->first.first_split() < key.end_split()) ||
      (next != nodes_.begin() && std::prev(next)->first.end_split() > key.first_split()))
    throw DataError("split " + std::to_string(key.first_split()) + " was computed twice");
}

void MergeTree::add(MergeTree&& other) {
  for (const auto& [key, state] : other.nodes_) require_free(key);
  for (auto& [key, state] : other.nodes_) add(key, std::move(state));
  other.nodes_.clear();
}

void MergeTree::add(Key key, std::unique_ptr<Accumulator> state) {
  require_free(key);
  for (;; key = {key.index >> 1, key.level + 1}) {
    const auto sibling = nodes_.find({key.index ^ 1, key.level});
    if (sibling == nodes_.end()) break;
    auto other = std::move(sibling->second);
    nodes_.erase(sibling);
    if (key.index & 1) std::swap(state, other);
    state->merge(*other);
  }
  nodes_.emplace(key, std::move(state));
}

void MergeTree::fill(const Pass& pass, std::uint64_t split_count) {
  std::vector<std::pair<std::uint64_t, std::uint64_t>> gaps;
  std::uint64_t expected = 0;
  for (const auto& [key, state] : nodes_) {
    if (key.first_split() > expected) gaps.emplace_back(expected, key.first_split());
    expected = key.end_split();
  }
  if (expected < split_count) gaps.emplace_back(expected, split_count);
  for (auto [begin, end] : gaps) {
    while (begin < end) {
      const auto fits = static_cast<std::uint64_t>(std::bit_width(end - begin) - 1);
      const auto level = std::min(fits, static_cast<std::uint64_t>(std::countr_zero(begin)));
      add({begin >> level, level}, pass.start());
      begin += std::uint64_t{1} << level;
    }
  }
}

std::vector<std::unique_ptr<Accumulator>> MergeTree::take() && {
  std::vector<std::unique_ptr<Accumulator>> states;
  for (auto& [key, state] : nodes_) states.push_back(std::move(state));
  nodes_.clear();
  return states;
}

std::unique_ptr<Accumulator> MergeTree::finish(const Pass& pass, std::uint64_t split_count) && {
  std::uint64_t expected = 0;
  for (const auto& [key, state] : nodes_) {
    if (key.first_split() != expected)
      throw DataError("split " + std::to_string(expected) + " is missing");
    expected = key.end_split();
  }
  // A complete node may reach beyond the last split only by being wrong: siblings are merged
  // pairwise.
  if (expected != split_count)
    throw DataError("states of " + std::to_string(expected) + " splits arrived, expected " +
                    std::to_string(split_count));
  if (nodes_.empty()) return pass.start();
  // From the right: the small nodes of the ragged edge first, as the full tree would.
  auto it = nodes_.rbegin();
  auto result = std::move(it->second);
  for (++it; it != nodes_.rend(); ++it) {
    auto left = std::move(it->second);
    left->merge(*result);
    result = std::move(left);
  }
  return result;
}

}  // namespace insitu
