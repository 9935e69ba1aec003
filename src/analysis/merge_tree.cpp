#include "analysis/merge_tree.hpp"

#include <utility>

namespace insitu {

namespace {

std::uint64_t first_split(const MergeTree::Key& key) { return key.index << key.level; }
std::uint64_t end_split(const MergeTree::Key& key) { return (key.index + 1) << key.level; }

}  // namespace

void MergeTree::add(Key key, std::unique_ptr<Accumulator> state) {
  if (key.level > 62 || (key.level > 0 && key.index >> (63 - key.level)))
    throw DataError("a node of the merge tree is out of range");
  for (const auto& [other, ignored] : nodes_)
    if (first_split(key) < end_split(other) && first_split(other) < end_split(key))
      throw DataError("split " + std::to_string(first_split(key)) + " was computed twice");
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

std::unique_ptr<Accumulator> MergeTree::finish(const Pass& pass, std::uint64_t split_count) && {
  std::map<std::uint64_t, std::pair<std::uint64_t, std::unique_ptr<Accumulator>>> by_position;
  for (auto& [key, state] : nodes_)
    by_position.emplace(first_split(key), std::pair{end_split(key), std::move(state)});
  std::uint64_t expected = 0;
  for (const auto& [begin, node] : by_position) {
    if (begin != expected) throw DataError("split " + std::to_string(expected) + " is missing");
    expected = node.first;
  }
  // A complete node may reach beyond the last split only by being wrong: siblings are merged
  // pairwise.
  if (expected != split_count)
    throw DataError("states of " + std::to_string(expected) + " splits arrived, expected " +
                    std::to_string(split_count));
  if (by_position.empty()) return pass.start();
  // From the right: the small nodes of the ragged edge first, as the full tree would.
  auto it = by_position.rbegin();
  auto result = std::move(it->second.second);
  for (++it; it != by_position.rend(); ++it) {
    auto left = std::move(it->second.second);
    left->merge(*result);
    result = std::move(left);
  }
  return result;
}

}  // namespace insitu
