#include "algorithms/mapped_moments.hpp"

#include <algorithm>
#include <utility>

#include "math/cross_product.hpp"

namespace insitu {

namespace {

std::int32_t cell_here(const std::vector<std::int32_t>& cells, std::size_t there) {
  return cells.empty() ? static_cast<std::int32_t>(there) : cells[there];
}

/// A table of `cells` cells that holds those of `keys`: copy(values here, i) for each.
template <class Real, class Copy>
CellTable<Real> table_of(std::uint64_t cells, std::uint32_t width,
                         const std::vector<std::int32_t>& keys, Copy copy) {
  CellTable<Real> table(cells, width);
  std::vector<std::int32_t> own;
  const auto* place = table.places(keys.data(), keys.size(), own);
  for (std::size_t i = 0; i < keys.size(); ++i)
    copy(table.values() + static_cast<std::size_t>(place[i]) * width, i);
  return table;
}

template <class Real>
using PairSums = typename ModelMoments<Real>::PairSums;

template <class Real>
PairSums<Real> mapped_pair(const ModelMoments<Real>& moments, const MomentShape& from,
                           const MomentShape& to, const MomentsMap& map, std::size_t index) {
  const auto& here = to.pairs[index];
  const auto there_first = map.blocks[here.first], there_second = map.blocks[here.second];
  const bool swapped = there_first > there_second;
  const auto place = swapped ? from.pair_index(there_second, there_first)
                             : from.pair_index(there_first, there_second);
  const auto& there = from.pairs[place];
  const std::uint64_t there_cells = from.blocks[there.first].cells;
  std::vector<std::pair<std::uint64_t, Real>> items;
  const auto add = [&](std::uint64_t key, Real value) {
    if (value == Real(0)) return;
    std::uint64_t first = there.same_cells ? key : key % there_cells;
    std::uint64_t second = there.same_cells ? key : key / there_cells;
    if (swapped) std::swap(first, second);
    const auto cell = cell_here(map.cells[here.first], first);
    const auto other = cell_here(map.cells[here.second], second);
    if (here.same_cells && cell != other) return;  // meets no row
    items.emplace_back(here.same_cells ? static_cast<std::uint64_t>(cell)
                                       : static_cast<std::uint64_t>(cell) +
                                             std::uint64_t{to.blocks[here.first].cells} *
                                                 static_cast<std::uint64_t>(other),
                       value);
  };
  const auto& sums = moments.pairs[place];
  for (std::size_t i = 0; i < sums.keys.size(); ++i) add(sums.keys[i], sums.values[i]);
  if (!there.sparse) sums.cells.each([&](std::size_t key, const Real* value) { add(key, *value); });
  PairSums<Real> result;
  if (here.sparse) {
    std::ranges::sort(items, {}, [](const auto& item) { return item.first; });
    for (auto& [key, value] : items) {
      result.keys.push_back(key);
      result.values.push_back(value);
    }
    return result;
  }
  std::vector<std::int32_t> keys;
  for (const auto& item : items) keys.push_back(static_cast<std::int32_t>(item.first));
  result.cells =
      table_of<Real>(here.size, 1, keys, [&](Real* at, std::size_t i) { *at = items[i].second; });
  return result;
}

}  // namespace

template <class Real>
ModelMoments<Real> mapped(const ModelMoments<Real>& moments, const MomentShape& from,
                          const MomentShape& to, const MomentsMap& map) {
  ModelMoments<Real> result;
  result.rows = moments.rows;
  result.weighted_rows = moments.weighted_rows;
  result.missing_rows = moments.missing_rows;
  result.weight = moments.weight;
  if (!moments.seen()) return result;
  const std::size_t d = to.dense();
  for (const auto j : map.dense) {
    result.origin.push_back(moments.origin[j]);
    result.offset.push_back(moments.offset[j]);
  }
  for (std::size_t i = 0; i < d; ++i)
    for (std::size_t j = 0; j <= i; ++j)
      result.products.push_back(moments.products[packed_index(
          std::max(map.dense[i], map.dense[j]), std::min(map.dense[i], map.dense[j]))]);
  for (std::size_t b = 0; b < to.blocks.size(); ++b) {
    const auto there = map.blocks[b];
    const std::size_t skip = to.width(b) - d;
    std::vector<std::int32_t> keys;
    std::vector<const Real*> values;
    moments.sums[there].each([&](std::size_t cell, const Real* at) {
      keys.push_back(cell_here(map.cells[b], cell));
      values.push_back(at);
    });
    result.sums.push_back(table_of<Real>(to.blocks[b].cells,
                                         static_cast<std::uint32_t>(to.width(b)), keys,
                                         [&](Real* here, std::size_t i) {
                                           std::copy_n(values[i], skip, here);
                                           for (std::size_t j = 0; j < d; ++j)
                                             here[skip + j] = values[i][skip + map.dense[j]];
                                         }));
  }
  for (std::size_t p = 0; p < to.pairs.size(); ++p)
    result.pairs.push_back(mapped_pair(moments, from, to, map, p));
  return result;
}

template ModelMoments<double> mapped(const ModelMoments<double>&, const MomentShape&,
                                     const MomentShape&, const MomentsMap&);
template ModelMoments<DoubleDouble> mapped(const ModelMoments<DoubleDouble>&, const MomentShape&,
                                           const MomentShape&, const MomentsMap&);

}  // namespace insitu
