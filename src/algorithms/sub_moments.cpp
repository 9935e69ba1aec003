#include "algorithms/sub_moments.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "math/cross_product.hpp"

namespace insitu {

namespace {

template <class Real>
using PairSums = typename ModelMoments<Real>::PairSums;

/// The first `width` of them chosen by `places`: of each cell's values, those at these positions.
template <class Real>
CellTable<Real> chosen(const CellTable<Real>& from, const std::vector<std::size_t>& places) {
  CellTable<Real> to(from.cells(), static_cast<std::uint32_t>(places.size()));
  std::vector<std::int32_t> cells, own;
  std::vector<const Real*> values;
  from.each([&](std::size_t cell, const Real* value) {
    cells.push_back(static_cast<std::int32_t>(cell));
    values.push_back(value);
  });
  const auto* place = to.places(cells.data(), cells.size(), own);
  for (std::size_t i = 0; i < cells.size(); ++i)
    for (std::size_t k = 0; k < places.size(); ++k)
      to.values()[static_cast<std::size_t>(place[i]) * places.size() + k] = values[i][places[k]];
  return to;
}

/// The table of two blocks with the blocks in the other order; `first`, `second`: their cells.
template <class Real>
PairSums<Real> transposed(const PairSums<Real>& from, const MomentShape::Pair& pair,
                          std::uint64_t first, std::uint64_t second) {
  PairSums<Real> to;
  if (!pair.sparse) {
    to.cells = CellTable<Real>(pair.size);
    std::vector<std::pair<std::int32_t, const Real*>> items;
    from.cells.each([&](std::size_t key, const Real* value) {
      items.emplace_back(static_cast<std::int32_t>(key / first + second * (key % first)), value);
    });
    std::ranges::sort(items, {}, [](const auto& item) { return item.first; });
    std::vector<std::int32_t> keys, own;
    for (const auto& item : items) keys.push_back(item.first);
    const auto* place = to.cells.places(keys.data(), keys.size(), own);
    for (std::size_t i = 0; i < items.size(); ++i) to.cells.values()[place[i]] = *items[i].second;
    return to;
  }
  std::vector<std::size_t> order(from.keys.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto key = [&](std::size_t i) {
    return from.keys[i] / first + second * (from.keys[i] % first);
  };
  std::ranges::sort(order, {}, key);
  for (const auto i : order) {
    to.keys.push_back(key(i));
    to.values.push_back(from.values[i]);
  }
  return to;
}

}  // namespace

ModelFrame frame_of_terms(const ModelFrame& frame, const std::vector<std::size_t>& terms,
                          std::string formula) {
  ModelFrame result;
  result.formula = std::move(formula);
  result.intercept = frame.intercept;
  result.weights = frame.weights;
  result.frequency_weights = frame.frequency_weights;
  std::vector<std::uint32_t> kept;
  const auto position = [&](std::uint32_t variable) {
    const auto found = std::ranges::find(kept, variable);
    const auto at = static_cast<std::uint32_t>(found - kept.begin());
    if (found == kept.end()) {
      kept.push_back(variable);
      result.variables.push_back(frame.variables[variable]);
    }
    return at;
  };
  for (const auto response : frame.responses) result.responses.push_back(position(response));
  for (const auto t : terms) {
    ModelTerm term{frame.terms[t].label, {}};
    for (const auto variable : frame.terms[t].variables)
      term.variables.push_back(position(variable));
    result.terms.push_back(std::move(term));
  }
  return result;
}

template <class Real>
ModelMoments<Real> moments_of_terms(const MomentShape& from, const ModelMoments<Real>& moments,
                                    const MomentShape& to, const std::vector<std::size_t>& terms) {
  ModelMoments<Real> result;
  result.rows = moments.rows;
  result.weighted_rows = moments.weighted_rows;
  result.missing_rows = moments.missing_rows;
  result.weight = moments.weight;
  if (!moments.seen()) return result;

  std::vector<std::size_t> dense;  // positions in `from`
  for (const auto t : to.dense_terms)
    dense.push_back(static_cast<std::size_t>(std::ranges::find(from.dense_terms, terms[t]) -
                                             from.dense_terms.begin()));
  for (std::size_t r = 0; r < to.responses; ++r) dense.push_back(from.dense_terms.size() + r);
  for (std::size_t i = 0; i < dense.size(); ++i) {
    result.origin.push_back(moments.origin[dense[i]]);
    result.offset.push_back(moments.offset[dense[i]]);
    for (std::size_t j = 0; j <= i; ++j)
      result.products.push_back(moments.products[packed_index(std::max(dense[i], dense[j]),
                                                              std::min(dense[i], dense[j]))]);
  }

  std::vector<std::size_t> blocks;  // positions in `from`
  for (const auto& block : to.blocks) {
    const auto found = std::ranges::find(from.blocks, terms[block.term],
                                         [](const auto& each) { return each.term; });
    const auto b = static_cast<std::size_t>(found - from.blocks.begin());
    blocks.push_back(b);
    const std::size_t skip = block.numeric ? 2 : 1;
    std::vector<std::size_t> places(skip);
    std::iota(places.begin(), places.end(), std::size_t{0});
    for (const auto j : dense) places.push_back(skip + j);
    result.sums.push_back(chosen(moments.sums[b], places));
  }
  for (const auto& pair : to.pairs) {
    const auto a = blocks[pair.first], b = blocks[pair.second];
    const auto& sums = moments.pairs[from.pair_index(std::min(a, b), std::max(a, b))];
    if (a < b || pair.same_cells)
      result.pairs.push_back(sums);
    else
      result.pairs.push_back(
          transposed<Real>(sums, pair, from.blocks[b].cells, from.blocks[a].cells));
  }
  return result;
}

template ModelMoments<double> moments_of_terms(const MomentShape&, const ModelMoments<double>&,
                                               const MomentShape&, const std::vector<std::size_t>&);
template ModelMoments<DoubleDouble> moments_of_terms(const MomentShape&,
                                                     const ModelMoments<DoubleDouble>&,
                                                     const MomentShape&,
                                                     const std::vector<std::size_t>&);

}  // namespace insitu
