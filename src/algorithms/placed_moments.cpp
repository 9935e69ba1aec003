#include "algorithms/placed_moments.hpp"

#include <utility>

#include "base/error.hpp"

namespace insitu {

namespace {

/// Rows of a split of an .xdf or a data frame.
constexpr std::int64_t kPlacedRows = 2 * static_cast<std::int64_t>(kRowsPerChunk);
/// No run needs more nodes: two of each level.
constexpr std::size_t kMostNodes = 128;
constexpr std::uint64_t kMostLevels = 61;

using Node = MergeTree::Key;

Node parent_of(const Node& node) { return {node.index >> 1, node.level + 1}; }

/// The node to be merged with its sibling, or taken for its parent, next: the smallest whose parent
/// lies within the run. nodes.size(): none is left.
std::size_t next_to_lift(const std::vector<Node>& nodes) {
  const auto first = nodes.front().first_split(), end = nodes.back().end_split();
  std::size_t found = nodes.size();
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (nodes[i].level >= kMostLevels) continue;
    const auto parent = parent_of(nodes[i]);
    if (parent.first_split() < first || parent.end_split() > end) continue;
    if (found == nodes.size() || nodes[i].level < nodes[found].level) found = i;
  }
  return found;
}

}  // namespace

template <class Real>
void PlacedMoments<Real>::place(const Provenance& from) {
  if (!placed) return;
  const auto split =
      from.first_row >= 0 ? static_cast<std::uint64_t>(from.first_row / kPlacedRows) : from.split;
  if (nodes.empty()) {
    nodes = {{split, 0}};
    shift = static_cast<std::int64_t>(split) - static_cast<std::int64_t>(from.split);
  } else if (nodes.back() != Node{split, 0}) {
    lose_place();
  }
}

template <class Real>
void PlacedMoments<Real>::lose_place() {
  placed = false;
  shift = 0;
  nodes.clear();
  parts.clear();
}

template <class Real>
void PlacedMoments<Real>::hold_parts() {
  if (parts.empty()) parts.push_back(total);
}

template <class Real>
void PlacedMoments<Real>::append(const PlacedMoments& next) {
  hold_parts();
  nodes.insert(nodes.end(), next.nodes.begin(), next.nodes.end());
  if (next.parts.empty())
    parts.push_back(next.total);
  else
    parts.insert(parts.end(), next.parts.begin(), next.parts.end());
  for (std::size_t i; (i = next_to_lift(nodes)) < nodes.size();) {
    const auto parent = parent_of(nodes[i]);
    const Node sibling{nodes[i].index ^ 1, nodes[i].level};
    if (i > 0 && nodes[i - 1] == sibling) --i;
    const auto next_to_it = i + 1;
    if (next_to_it < nodes.size() && nodes[next_to_it].level == nodes[i].level &&
        parent_of(nodes[next_to_it]) == parent) {
      parts[i].merge(parts[next_to_it]);
      nodes.erase(nodes.begin() + static_cast<std::ptrdiff_t>(next_to_it));
      parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(next_to_it));
    }
    nodes[i] = parent;
  }
}

template <class Real>
void PlacedMoments<Real>::merge(const PlacedMoments& next) {
  if (!placed || !next.placed) {
    lose_place();
  } else if (nodes.empty()) {
    nodes = next.nodes;
    parts = next.parts;
    shift = next.shift;
  } else if (!next.nodes.empty()) {
    const auto& left = nodes.back();
    const auto& right = next.nodes.front();
    if (next.shift != shift || right.first_split() < left.end_split()) {
      lose_place();
    } else if (parts.empty() && next.parts.empty() && left.level == right.level &&
               left.index % 2 == 0 && right.index == left.index + 1 && left.level < kMostLevels) {
      nodes = {parent_of(left)};  // as the tree has it: the sum is the total
    } else {
      append(next);
    }
  }
  total.merge(next.total);
}

template <class Real>
bool PlacedMoments<Real>::continued_by(const PlacedMoments& next) const {
  return !nodes.empty() && !next.nodes.empty() &&
         nodes.back().end_split() == next.nodes.front().first_split();
}

template <class Real>
void PlacedMoments<Real>::join(const PlacedMoments& next) {
  append(next);
  auto all = parts.back();  // from the right, as MergeTree::finish
  for (std::size_t i = parts.size() - 1; i-- > 0;) {
    auto left = parts[i];
    left.merge(all);
    all = std::move(left);
  }
  total = std::move(all);
  if (parts.size() == 1) parts.clear();
}

template <class Real>
void PlacedMoments<Real>::check(const MomentShape& shape, bool weighted) const {
  const auto require = [](bool right) {
    if (!right) throw DataError("the state has places that cannot be");
  };
  total.check(shape, weighted);
  require(nodes.size() <= kMostNodes && (placed || nodes.empty()));
  require(parts.empty() ? nodes.size() <= 1 : parts.size() == nodes.size());
  std::uint64_t end = 0;
  for (const auto& node : nodes) {
    require(node.level <= kMostLevels && node.index >> (62 - node.level) == 0);
    require(node.first_split() >= end);
    end = node.end_split();
  }
  for (const auto& part : parts) part.check(shape, weighted);
}

template struct PlacedMoments<double>;
template struct PlacedMoments<DoubleDouble>;

}  // namespace insitu
