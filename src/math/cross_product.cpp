#include "math/cross_product.hpp"

#include <algorithm>

#include "math/vector_width.hpp"

namespace insitu {

namespace {

static_assert(kTileRows % kLanes == 0);

double add_lanes(const double* lane) {
  return ((lane[0] + lane[4]) + (lane[2] + lane[6])) + ((lane[1] + lane[5]) + (lane[3] + lane[7]));
}

// Sums products of I columns on the left with J on the right; out[i * J + j] receives the lanes'
// total.
template <std::size_t I, std::size_t J>
INSITU_INLINE_BODY void block_products(const double* left, const double* right, std::size_t rows,
                                       double* out) {
  typedef double Lanes __attribute__((vector_size(kLanes * sizeof(double)), aligned(8), may_alias));
  Lanes sum[I][J] = {};
  for (std::size_t row = 0; row < rows; row += kLanes) {
    Lanes a[I], b[J];
    for (std::size_t i = 0; i < I; ++i)
      a[i] = *reinterpret_cast<const Lanes*>(left + i * kTileRows + row);
    for (std::size_t j = 0; j < J; ++j)
      b[j] = *reinterpret_cast<const Lanes*>(right + j * kTileRows + row);
    for (std::size_t i = 0; i < I; ++i)
      for (std::size_t j = 0; j < J; ++j) sum[i][j] += a[i] * b[j];
  }
  for (std::size_t i = 0; i < I; ++i)
    for (std::size_t j = 0; j < J; ++j) {
      double lanes[kLanes];
      for (std::size_t lane = 0; lane < kLanes; ++lane) lanes[lane] = sum[i][j][lane];
      out[i * J + j] = add_lanes(lanes);
    }
}

// I x J columns are held in registers; both divide kColumnGroup.
template <std::size_t I, std::size_t J>
INSITU_INLINE_BODY void tile_products(const double* left, const double* right, std::size_t columns,
                                      std::size_t rows, double* packed) {
  if (columns == 1) {
    double sum[1];
    block_products<1, 1>(left, right, rows, sum);
    packed[0] += sum[0];
    return;
  }
  for (std::size_t i = 0; i < columns; i += I)
    for (std::size_t j = 0; j <= std::min(i + I - 1, columns - 1); j += J) {
      double sums[I * J];
      block_products<I, J>(left + i * kTileRows, right + j * kTileRows, rows, sums);
      for (std::size_t k = 0; k < I && i + k < columns; ++k)
        for (std::size_t l = 0; l < J && j + l <= i + k; ++l)
          packed[packed_index(i + k, j + l)] += sums[k * J + l];
    }
}

INSITU_TARGET_512 void tile_products_512(const double* left, const double* right,
                                         std::size_t columns, std::size_t rows, double* packed) {
  tile_products<4, 4>(left, right, columns, rows, packed);
}
INSITU_TARGET_256 void tile_products_256(const double* left, const double* right,
                                         std::size_t columns, std::size_t rows, double* packed) {
  tile_products<2, 2>(left, right, columns, rows, packed);
}

INSITU_INLINE_BODY double block_sum(const double* values, const double* weights, std::size_t size) {
  double lanes[kLanes] = {};
  std::size_t i = 0;
  if (weights) {
    for (; i + kLanes <= size; i += kLanes)
      for (std::size_t lane = 0; lane < kLanes; ++lane)
        lanes[lane] += values[i + lane] * weights[i + lane];
    for (std::size_t lane = 0; i < size; ++i, ++lane) lanes[lane] += values[i] * weights[i];
  } else {
    for (; i + kLanes <= size; i += kLanes)
      for (std::size_t lane = 0; lane < kLanes; ++lane) lanes[lane] += values[i + lane];
    for (std::size_t lane = 0; i < size; ++i, ++lane) lanes[lane] += values[i];
  }
  return add_lanes(lanes);
}

double sum_by_blocks(const double* values, const double* weights, std::size_t size) {
  constexpr std::size_t kBlock = 4096;
  double sum = 0;
  for (std::size_t begin = 0; begin < size; begin += kBlock)
    sum += block_sum(values + begin, weights ? weights + begin : nullptr,
                     std::min(kBlock, size - begin));
  return sum;
}

// One pair of columns in double-double. The loops over lanes are straight-line arithmetic, so
// compilers vectorise them.
INSITU_INLINE_BODY DoubleDouble pair_product(DoubleDoubleTile a, DoubleDoubleTile b,
                                             std::size_t rows) {
  double high[kLanes] = {}, low[kLanes] = {};
  for (std::size_t row = 0; row < rows; row += kLanes)
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      const std::size_t r = row + lane;
      const DoubleDouble sum =
          DoubleDouble(high[lane], low[lane]) +
          DoubleDouble(a.high[r], a.low[r]) * DoubleDouble(b.high[r], b.low[r]);
      high[lane] = sum.high;
      low[lane] = sum.low;
    }
  const auto at = [&](int lane) { return DoubleDouble(high[lane], low[lane]); };
  return ((at(0) + at(4)) + (at(2) + at(6))) + ((at(1) + at(5)) + (at(3) + at(7)));
}

INSITU_INLINE_BODY void tile_products_dd(DoubleDoubleTile left, DoubleDoubleTile right,
                                         std::size_t columns, std::size_t rows,
                                         DoubleDouble* packed) {
  for (std::size_t i = 0; i < columns; ++i)
    for (std::size_t j = 0; j <= i; ++j)
      packed[packed_index(i, j)] +=
          pair_product({left.high + i * kTileRows, left.low + i * kTileRows},
                       {right.high + j * kTileRows, right.low + j * kTileRows}, rows);
}
INSITU_TARGET_256 void tile_products_dd_256(DoubleDoubleTile left, DoubleDoubleTile right,
                                            std::size_t columns, std::size_t rows,
                                            DoubleDouble* packed) {
  tile_products_dd(left, right, columns, rows, packed);
}

}  // namespace

double lane_sum(std::span<const double> values) {
  return sum_by_blocks(values.data(), nullptr, values.size());
}

double lane_sum(std::span<const double> values, std::span<const double> weights) {
  return sum_by_blocks(values.data(), weights.data(), values.size());
}

void add_tile_products(const double* left, const double* right, std::size_t columns,
                       std::size_t rows, double* packed) {
  switch (vector_width()) {
    case VectorWidth::k512:
      return tile_products_512(left, right, columns, rows, packed);
    case VectorWidth::k256:
      return tile_products_256(left, right, columns, rows, packed);
    case VectorWidth::kBaseline:
      return tile_products<2, 2>(left, right, columns, rows, packed);
  }
}

void add_tile_products(DoubleDoubleTile left, DoubleDoubleTile right, std::size_t columns,
                       std::size_t rows, DoubleDouble* packed) {
  if (vector_width() == VectorWidth::kBaseline)
    return tile_products_dd(left, right, columns, rows, packed);
  return tile_products_dd_256(left, right, columns, rows, packed);
}

}  // namespace insitu
