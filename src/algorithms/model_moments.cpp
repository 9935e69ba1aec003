#include "algorithms/model_moments.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <utility>

#include "algorithms/sort_by_key.hpp"
#include "base/error.hpp"
#include "math/cross_product.hpp"

namespace insitu {

namespace {

/// Tables of pairs up to this size are added to row by row; larger ones are sorted chunk by chunk.
/// The size alone decides: the moments of a part of a model are those of the whole.
constexpr std::uint64_t kDenseTable = std::uint64_t{1} << 18;
static_assert(kDenseTable * sizeof(DoubleDouble) <= CellTable<DoubleDouble>::kDenseBytes);

std::vector<std::uint32_t> categorical_variables(const ModelFrame& frame, const ModelTerm& term) {
  std::vector<std::uint32_t> result;
  for (const auto v : term.variables)
    if (frame.variables.at(v).categorical) result.push_back(v);
  return result;
}

std::size_t round_up(std::size_t n, std::size_t multiple) {
  return (n + multiple - 1) / multiple * multiple;
}

/// Views of the columns of a chunk's rows. Terms without values count as 1.
struct DenseColumns {
  std::vector<const double*> columns;
  std::vector<const double*> lows;  ///< what is to be added to values of columns; null: nothing
  std::vector<double> ones;

  DenseColumns(const MomentShape& shape, const ModelRows& rows) {
    const auto pointer = [](const std::vector<double>& low) {
      return low.empty() ? nullptr : low.data();
    };
    for (const auto t : shape.dense_terms) {
      const auto& term = rows.terms[t];
      if (term.value.empty() && ones.empty()) ones.assign(rows.rows, 1.0);
      columns.push_back(term.value.empty() ? ones.data() : term.value.data());
      lows.push_back(pointer(term.low));
    }
    for (std::size_t r = 0; r < rows.responses.size(); ++r) {
      columns.push_back(rows.responses[r].data());
      lows.push_back(r < rows.response_low.size() ? pointer(rows.response_low[r]) : nullptr);
    }
  }
  /// The values of column j from row `begin` on, counted from `from`: rounded once, where `from`
  /// lies as near as an origin does.
  void count(std::size_t j, std::size_t begin, std::size_t count, double from, double* out) const {
    centre({columns[j] + begin, count}, from, out);
    if (!lows[j]) return;
    const double* low = lows[j] + begin;
    for (std::size_t i = 0; i < count; ++i) out[i] += low[i];
  }
  /// A whole number near the mean of what count() gives, from about 64 rows.
  double sampled_above(std::size_t j, const std::vector<double>& weights, std::size_t n,
                       double from) const {
    double sum = 0, weight = 0;
    for (std::size_t i = 0; i < n; i += n / 64 + 1) {
      const double w = weights.empty() ? 1 : weights[i];
      if (w > 0) sum += w * ((columns[j][i] - from) + lows[j][i]), weight += w;
    }
    return weight > 0 ? std::nearbyint(sum / weight) : 0;
  }
  DoubleDouble exact(std::size_t j, std::size_t i) const {
    return lows[j] ? DoubleDouble(columns[j][i], lows[j][i]) : DoubleDouble(columns[j][i]);
  }
};

// ---- sums and centred products of the dense columns of one chunk ----

/// As ModelMoments has them.
template <class Real>
struct DenseSums {
  std::vector<double> origin;
  std::vector<Real> offset, products;
};

/// An origin near the mean of some values: a multiple of a power of two that is about a sixteenth
/// of their spread, as far as up to 16 of them tell it. Whole numbers, and others of few digits,
/// are then counted and added up without rounding.
double origin_near(double mean, const double* values, const std::vector<double>& weights,
                   std::size_t n) {
  double spread = 0;
  for (std::size_t i = 0; i < n; i += n / 16 + 1)
    if (weights.empty() || weights[i] > 0) spread = std::max(spread, std::fabs(values[i] - mean));
  if (!(spread > 0) || !std::isfinite(spread)) return mean;
  const double unit = std::ldexp(1.0, std::ilogb(spread) - 4);
  const double units = mean / unit;
  // Beyond, the mean itself is such a multiple.
  return unit > 0 && std::fabs(units) < 0x1p52 ? std::nearbyint(units) * unit : mean;
}

/// Of up to 64 values: however the others are, it lies within a few standard deviations of the mean
/// of all.
double sampled_mean(const double* values, std::size_t n) {
  double sum = 0;
  std::size_t count = 0;
  for (std::size_t i = 0; i < n; i += n / 64 + 1, ++count) sum += values[i];
  return sum / static_cast<double>(count);
}

DenseSums<double> dense_sums(const DenseColumns& dense, const std::vector<double>& weights,
                             std::size_t n, double weight) {
  const std::size_t d = dense.columns.size();
  DenseSums<double> sums;
  sums.offset.assign(d, 0.0);
  // What lies between an origin and the values: doubles beyond 2^53 may have none near enough.
  std::vector<double> above;
  for (std::size_t j = 0; j < d; ++j) {
    const auto* values = dense.columns[j];
    const double mean =
        weights.empty() ? sampled_mean(values, n) : lane_sum({values, n}, weights) / weight;
    sums.origin.push_back(origin_near(mean, values, weights, n));
    above.push_back(dense.lows[j] ? dense.sampled_above(j, weights, n, sums.origin[j]) : 0);
  }
  // Sums of many columns are products with a column of ones: the same bits, sooner.
  constexpr std::size_t kManyColumns = 4;
  const std::size_t columns = d >= kManyColumns ? d + 1 : d;
  sums.products.assign(packed_size(columns), 0.0);
  Tile tile(columns), weighted(weights.empty() ? 0 : columns);
  for (std::size_t begin = 0; begin < n; begin += kTileRows) {
    const std::size_t count = std::min(kTileRows, n - begin), rows = round_up(count, kLanes);
    if (columns > d) {
      std::fill_n(tile.column(d), rows, 1.0);  // to rows of zeros, too
      if (!weights.empty()) {
        std::copy_n(weights.data() + begin, count, weighted.column(d));
        std::fill(weighted.column(d) + count, weighted.column(d) + rows, 0.0);
      }
    }
    for (std::size_t j = 0; j < d; ++j) {
      double* out = tile.column(j);
      dense.count(j, begin, count, sums.origin[j], out);
      if (above[j] != 0)
        for (std::size_t i = 0; i < count; ++i) out[i] -= above[j];
      std::fill(out + count, out + rows, 0.0);
      if (!weights.empty()) {
        double* w_out = weighted.column(j);
        const double* w = weights.data() + begin;
        for (std::size_t i = 0; i < count; ++i) w_out[i] = out[i] * w[i];
        std::fill(w_out + count, w_out + rows, 0.0);
        out = w_out;
      }
      if (columns == d) sums.offset[j] += lane_sum({out, rows});
    }
    add_tile_products(weights.empty() ? tile.data() : weighted.data(), tile.data(), columns, rows,
                      sums.products.data());
  }
  if (columns > d) {
    std::copy_n(sums.products.data() + packed_index(d, 0), d, sums.offset.data());
    sums.products.resize(packed_size(d));
  }
  auto* row = sums.products.data();
  const double* offset = sums.offset.data();
  const double share = 1 / weight;
  for (std::size_t i = 0; i < d; row += ++i)  // the same bits in whichever order the columns are
    for (std::size_t j = 0; j <= i; ++j) row[j] -= offset[i] * offset[j] * share;
  for (std::size_t j = 0; j < d; ++j) sums.offset[j] += above[j] * weight;
  return sums;
}

DenseSums<DoubleDouble> dense_sums(const DenseColumns& dense, const std::vector<double>& weights,
                                   std::size_t n, DoubleDouble weight) {
  const std::size_t d = dense.columns.size();
  DenseSums<DoubleDouble> sums;
  auto& products = sums.products;
  products.assign(packed_size(d), DoubleDouble());
  std::vector<DoubleDouble> mean(d);
  for (std::size_t j = 0; j < d; ++j) {
    DoubleDouble sum;
    for (std::size_t i = 0; i < n; ++i)
      sum += weights.empty() ? dense.exact(j, i) : dense.exact(j, i) * DoubleDouble(weights[i]);
    mean[j] = sum / weight;
    sums.origin.push_back(origin_near(to_double(mean[j]), dense.columns[j], weights, n));
    sums.offset.push_back((mean[j] - DoubleDouble(sums.origin[j])) * weight);
  }
  const std::size_t size = d * kTileRows;
  std::vector<double> high(size), low(size), w_high(weights.empty() ? 0 : size),
      w_low(w_high.size());
  for (std::size_t begin = 0; begin < n; begin += kTileRows) {
    const std::size_t count = std::min(kTileRows, n - begin), rows = round_up(count, kLanes);
    for (std::size_t j = 0; j < d; ++j)
      for (std::size_t i = 0; i < rows; ++i) {
        const std::size_t at = j * kTileRows + i;
        const DoubleDouble x = i < count ? dense.exact(j, begin + i) - mean[j] : DoubleDouble();
        high[at] = x.high;
        low[at] = x.low;
        if (weights.empty()) continue;
        const DoubleDouble wx = i < count ? x * DoubleDouble(weights[begin + i]) : DoubleDouble();
        w_high[at] = wx.high;
        w_low[at] = wx.low;
      }
    const DoubleDoubleTile tile{high.data(), low.data()};
    add_tile_products(weights.empty() ? tile : DoubleDoubleTile{w_high.data(), w_low.data()}, tile,
                      d, rows, products.data());
  }
  return sums;
}

// ---- sums by cell ----

/// Rows of a tile in doubles, dense values counted from the origin, one row after the other.
template <std::size_t kDense>
void add_cells(const ModelRows::TermRows& term, const std::int32_t* place, const double* weights,
               const double* tile, std::size_t begin, std::size_t count, std::size_t dense_columns,
               bool numeric, double* sums) {
  const std::size_t dense = kDense ? kDense : dense_columns;
  const std::int32_t* cell = place ? place + begin : nullptr;
  if (!numeric && !weights) {
    for (std::size_t i = 0; i < count; ++i) {
      double* out = sums + static_cast<std::size_t>(cell ? cell[i] : 0) * (1 + dense);
      const double* x = tile + i * dense;
      out[0] += 1;
      for (std::size_t j = 0; j < dense; ++j) out[1 + j] += x[j];
    }
    return;
  }
  const double* value = term.value.empty() ? nullptr : term.value.data() + begin;
  const std::size_t skip = numeric ? 2 : 1;
  for (std::size_t i = 0; i < count; ++i) {
    double* out = sums + static_cast<std::size_t>(cell ? cell[i] : 0) * (skip + dense);
    const double* x = tile + i * dense;
    const double v = value ? value[i] : 1.0;
    const double wv = weights ? weights[begin + i] * v : v;
    out[0] += wv;
    if (numeric) out[1] += wv * v;
    for (std::size_t j = 0; j < dense; ++j) out[skip + j] += wv * x[j];
  }
}

void add_cells(const ModelRows::TermRows& term, const std::int32_t* place, const double* weights,
               const double* tile, std::size_t begin, std::size_t count, std::size_t dense,
               bool numeric, double* sums) {
  switch (dense) {
    case 1:
      return add_cells<1>(term, place, weights, tile, begin, count, dense, numeric, sums);
    case 2:
      return add_cells<2>(term, place, weights, tile, begin, count, dense, numeric, sums);
    case 3:
      return add_cells<3>(term, place, weights, tile, begin, count, dense, numeric, sums);
    case 4:
      return add_cells<4>(term, place, weights, tile, begin, count, dense, numeric, sums);
    default:
      return add_cells<0>(term, place, weights, tile, begin, count, dense, numeric, sums);
  }
}

void add_cells(const ModelRows::TermRows& term, const std::int32_t* place, const double* weights,
               const DoubleDouble* tile, std::size_t begin, std::size_t count, std::size_t dense,
               bool numeric, DoubleDouble* sums) {
  const std::size_t skip = numeric ? 2 : 1;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t row = begin + i, cell = place ? static_cast<std::size_t>(place[row]) : 0;
    DoubleDouble* out = sums + cell * (skip + dense);
    const double v = term.value.empty() ? 1.0 : term.value[row];
    const DoubleDouble wv = weights ? two_prod(weights[row], v) : DoubleDouble(v);
    out[0] += wv;
    if (numeric) out[1] += wv * DoubleDouble(v);
    for (std::size_t j = 0; j < dense; ++j) out[skip + j] += wv * tile[i * dense + j];
  }
}

// ---- tables of two categorical terms ----

/// Product of two terms' values and the weight in one row.
template <class Real>
Real pair_value(const ModelRows::TermRows& a, const ModelRows::TermRows& b,
                const std::vector<double>& weights, std::size_t row) {
  Real value = a.value.empty() ? Real(1) : Real(a.value[row]);
  if (!b.value.empty()) value = value * Real(b.value[row]);
  if (!weights.empty()) value = value * Real(weights[row]);
  return value;
}

std::uint64_t pair_key(std::uint64_t cells_a, const ModelRows::TermRows& a,
                       const ModelRows::TermRows& b, std::size_t row) {
  const std::uint64_t cell_a = a.cell.empty() ? 0 : static_cast<std::uint32_t>(a.cell[row]);
  return cell_a + cells_a * (b.cell.empty() ? 0 : static_cast<std::uint32_t>(b.cell[row]));
}

template <class Real>
void add_dense_pairs(const MomentShape::Pair& pair, std::uint64_t cells_a, const ModelRows& rows,
                     const ModelRows::TermRows& a, const ModelRows::TermRows& b,
                     CellTable<Real>& cells_of_pair) {
  if (pair.same_cells) {
    std::vector<std::int32_t> own;
    const auto* place =
        cells_of_pair.places(a.cell.empty() ? nullptr : a.cell.data(), rows.rows, own);
    Real* sums = cells_of_pair.values();
    for (std::size_t i = 0; i < rows.rows; ++i)
      sums[place ? place[i] : 0] += pair_value<Real>(a, b, rows.weights, i);
    return;
  }
  cells_of_pair.hold_all();  // a state that was loaded may come without its zeros
  Real* table = cells_of_pair.values();
  if (a.value.empty() && b.value.empty() && rows.weights.empty() && !a.cell.empty() &&
      !b.cell.empty()) {
    const auto cells = static_cast<std::uint32_t>(cells_a);
    for (std::size_t i = 0; i < rows.rows; ++i)
      table[static_cast<std::uint32_t>(a.cell[i]) +
            cells * static_cast<std::uint32_t>(b.cell[i])] += Real(1);
    return;
  }
  for (std::size_t i = 0; i < rows.rows; ++i)
    table[pair_key(cells_a, a, b, i)] += pair_value<Real>(a, b, rows.weights, i);
}

template <class Real>
using PairSums = typename ModelMoments<Real>::PairSums;

/// Adds sorted sparse sums to sorted sparse sums.
template <class Real>
void merge_sparse(PairSums<Real>& into, const PairSums<Real>& next) {
  PairSums<Real> merged;
  merged.keys.reserve(into.keys.size() + next.keys.size());
  merged.values.reserve(into.keys.size() + next.keys.size());
  std::size_t i = 0, j = 0;
  while (i < into.keys.size() || j < next.keys.size()) {
    const bool left =
        j == next.keys.size() || (i < into.keys.size() && into.keys[i] <= next.keys[j]);
    const bool both = left && j < next.keys.size() && into.keys[i] == next.keys[j];
    merged.keys.push_back(left ? into.keys[i] : next.keys[j]);
    Real value = left ? into.values[i] : next.values[j];
    if (both) value += next.values[j];
    merged.values.push_back(value);
    i += left;
    j += !left || both;
  }
  into = std::move(merged);
}

template <class Real>
void add_sparse_pairs(const MomentShape::Pair& pair, std::uint64_t cells_a, const ModelRows& rows,
                      const ModelRows::TermRows& a, const ModelRows::TermRows& b,
                      PairSums<Real>& sums) {
  std::vector<std::pair<std::uint64_t, std::uint32_t>> items(rows.rows);
  for (std::size_t i = 0; i < rows.rows; ++i)
    items[i] = {pair_key(cells_a, a, b, i), static_cast<std::uint32_t>(i)};
  sort_by_key(items, pair.size - 1);
  PairSums<Real> chunk;
  for (const auto& [key, row] : items) {
    if (chunk.keys.empty() || chunk.keys.back() != key) {
      chunk.keys.push_back(key);
      chunk.values.push_back(Real(0));
    }
    chunk.values.back() += pair_value<Real>(a, b, rows.weights, row);
  }
  merge_sparse<Real>(sums, chunk);
}

/// Counts of states from outside may be anything. Throws DataError where their sum is none.
void add_count(std::int64_t& into, std::int64_t next) {
  if (next < 0 || __builtin_add_overflow(into, next, &into))
    throw DataError("a state counts rows that cannot be");
}

/// Merges sums and centred products of two sets of rows with weights `a` and `b` (Chan, Golub &
/// LeVeque). The difference of the means is that of the origins, which is exact or as large as the
/// spread, and of distances from them. Returns how far the next origins lie above these.
template <class Real>
std::vector<Real> merge_centred(Real a, Real b, const std::vector<double>& origin,
                                std::vector<Real>& offset, std::vector<Real>& products,
                                const std::vector<double>& next_origin,
                                const std::vector<Real>& next_offset,
                                const std::vector<Real>& next_products) {
  const Real total = a + b, share = b / total, factor = a * share;
  const std::size_t d = origin.size();
  std::vector<Real> delta(d), shift(d);
  for (std::size_t j = 0; j < d; ++j) {
    shift[j] = Real(next_origin[j]) - Real(origin[j]);
    delta[j] = shift[j] + (next_offset[j] / b - offset[j] / a);
  }
  for (std::size_t i = 0; i < d; ++i) {
    const Real scaled = factor * delta[i];
    for (std::size_t j = 0; j <= i; ++j) {
      const auto at = packed_index(i, j);
      products[at] += next_products[at] + scaled * delta[j];
    }
  }
  // Sums over the next rows were counted from another origin: sum of v (x - o) = sum of v (x - o')
  // + (o' - o) sum of v.
  for (std::size_t j = 0; j < d; ++j) offset[j] += next_offset[j] + shift[j] * b;
  return shift;
}

}  // namespace

MomentShape::MomentShape(const ModelFrame& frame) : responses(frame.responses.size()) {
  std::vector<std::vector<std::uint32_t>> variables;
  for (std::size_t t = 0; t < frame.terms.size(); ++t) {
    auto categorical = categorical_variables(frame, frame.terms[t]);
    if (categorical.empty()) {
      dense_terms.push_back(t);
      continue;
    }
    blocks.push_back({t, frame.cells(t), categorical.size() < frame.terms[t].variables.size()});
    variables.push_back(std::move(categorical));
  }
  for (std::size_t b = 1; b < blocks.size(); ++b)
    for (std::size_t a = 0; a < b; ++a) {
      Pair pair{a, b, variables[a] == variables[b]};
      pair.size =
          pair.same_cells ? blocks[a].cells : std::uint64_t{blocks[a].cells} * blocks[b].cells;
      pair.sparse = pair.size > kDenseTable && !pair.same_cells;
      pairs.push_back(pair);
    }
}

std::size_t MomentShape::pair_index(std::size_t first, std::size_t second) const {
  return second * (second - 1) / 2 + first;
}

std::shared_ptr<const MomentShape> MomentShapeCache::shape(const ModelFrame& frame) const {
  const std::lock_guard lock(mutex_);
  if (!shape_) shape_ = std::make_shared<const MomentShape>(frame);
  return shape_;
}

template <class Real>
void ModelMoments<Real>::add(const MomentShape& shape, const ModelRows& added) {
  rows += static_cast<std::int64_t>(added.rows);
  missing_rows += added.missing_rows;
  const std::size_t n = added.rows, d = shape.dense();
  Real chunk_weight(static_cast<double>(n));
  std::int64_t positive = static_cast<std::int64_t>(n);
  if (!added.weights.empty()) {
    if constexpr (std::is_same_v<Real, double>) {
      chunk_weight = lane_sum(added.weights);
    } else {
      chunk_weight = Real(0);
      for (const double w : added.weights) chunk_weight += Real(w);
    }
    positive =
        std::count_if(added.weights.begin(), added.weights.end(), [](double w) { return w > 0; });
  }
  if (positive == 0) return;
  const bool first = !seen();
  weighted_rows += positive;

  const DenseColumns dense(shape, added);
  auto chunk = dense_sums(dense, added.weights, n, chunk_weight);
  if (first) {
    origin = std::move(chunk.origin);
    offset = std::move(chunk.offset);
    products = std::move(chunk.products);
    sums.resize(shape.blocks.size());
    for (std::size_t b = 0; b < sums.size(); ++b)
      sums[b] = CellTable<Real>(shape.blocks[b].cells, static_cast<std::uint32_t>(shape.width(b)));
    pairs.resize(shape.pairs.size());
    for (std::size_t p = 0; p < pairs.size(); ++p)
      if (!shape.pairs[p].sparse) pairs[p].cells = CellTable<Real>(shape.pairs[p].size);
  } else {
    merge_centred(weight, chunk_weight, origin, offset, products, chunk.origin, chunk.offset,
                  chunk.products);
  }
  weight += chunk_weight;

  if (!shape.blocks.empty()) {
    std::vector<Real> tile(kTileRows * d);
    std::vector<double> column(kTileRows);
    const double* weights = added.weights.empty() ? nullptr : added.weights.data();
    std::vector<std::vector<std::int32_t>> own(shape.blocks.size());
    std::vector<const std::int32_t*> places;
    for (std::size_t b = 0; b < own.size(); ++b) {
      const auto& cell = added.terms[shape.blocks[b].term].cell;
      places.push_back(sums[b].places(cell.empty() ? nullptr : cell.data(), n, own[b]));
    }
    for (std::size_t begin = 0; begin < n; begin += kTileRows) {
      const std::size_t count = std::min(kTileRows, n - begin);
      for (std::size_t j = 0; j < d; ++j) {
        if constexpr (std::is_same_v<Real, double>) {
          dense.count(j, begin, count, origin[j], column.data());
          for (std::size_t i = 0; i < count; ++i) tile[i * d + j] = column[i];
        } else {
          const Real zero(origin[j]);
          for (std::size_t i = 0; i < count; ++i)
            tile[i * d + j] = dense.exact(j, begin + i) - zero;
        }
      }
      for (std::size_t b = 0; b < shape.blocks.size(); ++b)
        add_cells(added.terms[shape.blocks[b].term], places[b], weights, tile.data(), begin, count,
                  d, shape.blocks[b].numeric, sums[b].values());
    }
  }
  for (std::size_t p = 0; p < shape.pairs.size(); ++p) {
    const auto& pair = shape.pairs[p];
    const auto& a = shape.blocks[pair.first];
    const auto& b = shape.blocks[pair.second];
    if (pair.sparse)
      add_sparse_pairs<Real>(pair, a.cells, added, added.terms[a.term], added.terms[b.term],
                             pairs[p]);
    else
      add_dense_pairs(pair, a.cells, added, added.terms[a.term], added.terms[b.term],
                      pairs[p].cells);
  }
}

template <class Real>
void ModelMoments<Real>::merge(const ModelMoments& next) {
  add_count(rows, next.rows);
  add_count(missing_rows, next.missing_rows);
  if (!next.seen()) return;
  if (!seen()) {
    const auto all_rows = rows, all_missing = missing_rows;
    *this = next;
    rows = all_rows;
    missing_rows = all_missing;
    return;
  }
  const auto d = origin.size();
  const auto disagree = [] { return DataError("states of different models cannot be merged"); };
  if (next.origin.size() != d || offset.size() != d || next.offset.size() != d ||
      products.size() != packed_size(d) || next.products.size() != products.size() ||
      next.sums.size() != sums.size() || next.pairs.size() != pairs.size())
    throw disagree();
  for (std::size_t b = 0; b < sums.size(); ++b)
    if (sums[b].width() <= d || next.sums[b].width() != sums[b].width() ||
        next.sums[b].cells() != sums[b].cells())
      throw disagree();
  for (std::size_t p = 0; p < pairs.size(); ++p)
    if (pairs[p].keys.size() != pairs[p].values.size() ||
        next.pairs[p].keys.size() != next.pairs[p].values.size() ||
        next.pairs[p].cells.cells() != pairs[p].cells.cells())
      throw disagree();

  const auto shift = merge_centred(weight, next.weight, origin, offset, products, next.origin,
                                   next.offset, next.products);
  add_count(weighted_rows, next.weighted_rows);
  weight += next.weight;
  for (std::size_t b = 0; b < sums.size(); ++b) {
    const std::size_t skip = sums[b].width() - d;
    sums[b].merge(next.sums[b], [&](Real* into, const Real* from) {
      const Real count = from[0];
      for (std::size_t k = 0; k < skip; ++k) into[k] += from[k];
      for (std::size_t j = 0; j < d; ++j) into[skip + j] += from[skip + j] + shift[j] * count;
    });
  }
  for (std::size_t p = 0; p < pairs.size(); ++p) {
    if (!next.pairs[p].keys.empty()) merge_sparse<Real>(pairs[p], next.pairs[p]);
    pairs[p].cells.merge(next.pairs[p].cells, [](Real* into, const Real* from) { *into += *from; });
  }
}

template <class Real>
void ModelMoments<Real>::check(const MomentShape& shape, bool weighted) const {
  const auto require = [](bool right) {
    if (!right) throw DataError("the state does not belong to this model");
  };
  const auto possible = [](bool right) {
    if (!right) throw DataError("the state has counts, cells or weights that cannot be");
  };
  constexpr std::int64_t kMostRows = std::int64_t{1} << 53;  // sums of counts stay exact
  possible(rows >= 0 && rows <= kMostRows && missing_rows >= 0 && missing_rows <= kMostRows &&
           weighted_rows >= 0 && weighted_rows <= rows);
  const auto d = shape.dense();
  if (!seen()) {
    possible(weight == Real(0));
    require(origin.empty() && offset.empty() && products.empty() && sums.empty() && pairs.empty());
    return;
  }
  // Without weights each row counts 1; a sum of weights is positive where a row has one.
  possible(weighted ? weight > Real(0) && weighted_rows > 0
                    : weighted_rows == rows && weight == Real(static_cast<double>(rows)));
  require(origin.size() == d && offset.size() == d && products.size() == packed_size(d) &&
          sums.size() == shape.blocks.size() && pairs.size() == shape.pairs.size());
  for (std::size_t b = 0; b < sums.size(); ++b)
    require(sums[b].belongs_to(shape.blocks[b].cells, static_cast<std::uint32_t>(shape.width(b))));
  for (std::size_t p = 0; p < pairs.size(); ++p) {
    const auto& keys = pairs[p].keys;
    require(pairs[p].cells.belongs_to(shape.pairs[p].sparse ? 0 : shape.pairs[p].size, 1) &&
            keys.size() == pairs[p].values.size());
    require(shape.pairs[p].sparse || keys.empty());
    const bool increasing =
        std::adjacent_find(keys.begin(), keys.end(), std::greater_equal<>()) == keys.end();
    possible(increasing && (keys.empty() || keys.back() < shape.pairs[p].size));
  }
}

template <class Real>
Real ModelMoments<Real>::pair_sum(const MomentShape& shape, std::size_t a, std::uint32_t cell_a,
                                  std::size_t b, std::uint32_t cell_b) const {
  if (a > b) return pair_sum(shape, b, cell_b, a, cell_a);
  const auto index = shape.pair_index(a, b);
  const auto& pair = shape.pairs[index];
  const auto& table = pairs[index];
  if (pair.same_cells) return cell_a == cell_b ? table.cells.value(cell_a) : Real(0);
  const std::uint64_t key = cell_a + std::uint64_t{shape.blocks[a].cells} * cell_b;
  if (!pair.sparse) return table.cells.value(key);
  const auto found = std::lower_bound(table.keys.begin(), table.keys.end(), key);
  return found != table.keys.end() && *found == key
             ? table.values[static_cast<std::size_t>(found - table.keys.begin())]
             : Real(0);
}

template struct ModelMoments<double>;
template struct ModelMoments<DoubleDouble>;

}  // namespace insitu
