#include "math/cross_product.hpp"

#include <algorithm>

#include "math/vector_width.hpp"

namespace insitu {

namespace {

static_assert(kTileRows % kLanes == 0);

typedef double Lanes __attribute__((vector_size(kLanes * sizeof(double)), aligned(8), may_alias));

// Sums products of I columns on the left with J on the right; out[i * J + j] receives the lanes'
// total. kTriangle: left and right are the same columns, only j <= i is wanted.
template <std::size_t I, std::size_t J, bool kTriangle>
INSITU_INLINE_BODY void block_products(const double* left, const double* right, std::size_t rows,
                                       double* out) {
  Lanes sum[I][J] = {};
  for (std::size_t row = 0; row < rows; row += kLanes) {
    Lanes a[I], b[J];
    for (std::size_t i = 0; i < I; ++i)
      a[i] = *reinterpret_cast<const Lanes*>(left + i * kTileRows + row);
    for (std::size_t j = 0; j < J; ++j)
      b[j] = *reinterpret_cast<const Lanes*>(right + j * kTileRows + row);
    for (std::size_t i = 0; i < I; ++i)
      for (std::size_t j = 0; j < (kTriangle ? i + 1 : J); ++j) sum[i][j] += a[i] * b[j];
  }
  for (std::size_t i = 0; i < I; ++i)
    for (std::size_t j = 0; j < (kTriangle ? i + 1 : J); ++j) {
      double lanes[kLanes];
      for (std::size_t lane = 0; lane < kLanes; ++lane) lanes[lane] = sum[i][j][lane];
      out[i * J + j] = total_of(lanes);
    }
}

// I columns from `i` on with all columns up to theirs. kGroup x kGroup sums are held in registers.
template <std::size_t I, std::size_t kGroup>
INSITU_INLINE_BODY void group_products(const double* left, const double* right, std::size_t i,
                                       std::size_t rows, double* packed) {
  double sums[I * kGroup];
  for (std::size_t j = 0; j < i; j += kGroup) {
    block_products<I, kGroup, false>(left + i * kTileRows, right + j * kTileRows, rows, sums);
    for (std::size_t k = 0; k < I; ++k)
      for (std::size_t l = 0; l < kGroup; ++l)
        packed[packed_index(i + k, j + l)] += sums[k * kGroup + l];
  }
  block_products<I, I, true>(left + i * kTileRows, right + i * kTileRows, rows, sums);
  for (std::size_t k = 0; k < I; ++k)
    for (std::size_t l = 0; l <= k; ++l) packed[packed_index(i + k, i + l)] += sums[k * I + l];
}

// A last group of fewer columns is worked on by itself: what is not wanted is not computed.
template <std::size_t kGroup>
INSITU_INLINE_BODY void tile_products(const double* left, const double* right, std::size_t columns,
                                      std::size_t rows, double* packed) {
  static_assert(kGroup <= 4);
  std::size_t i = 0;
  for (; i + kGroup <= columns; i += kGroup)
    group_products<kGroup, kGroup>(left, right, i, rows, packed);
  switch (columns - i) {
    case 3:
      if constexpr (kGroup > 3) group_products<3, kGroup>(left, right, i, rows, packed);
      break;
    case 2:
      if constexpr (kGroup > 2) group_products<2, kGroup>(left, right, i, rows, packed);
      break;
    case 1:
      group_products<1, kGroup>(left, right, i, rows, packed);
      break;
    default:
      break;
  }
}

INSITU_TARGET_512 void tile_products_512(const double* left, const double* right,
                                         std::size_t columns, std::size_t rows, double* packed) {
  tile_products<4>(left, right, columns, rows, packed);
}
INSITU_TARGET_256 void tile_products_256(const double* left, const double* right,
                                         std::size_t columns, std::size_t rows, double* packed) {
  tile_products<2>(left, right, columns, rows, packed);
}

INSITU_INLINE_BODY double block_sum(const double* values, const double* weights, std::size_t size) {
  Lanes sum = {};
  std::size_t i = 0;
  for (; i + kLanes <= size; i += kLanes) {
    const Lanes x = *reinterpret_cast<const Lanes*>(values + i);  // not auto: it may lie anywhere
    if (weights) {
      const Lanes w = *reinterpret_cast<const Lanes*>(weights + i);
      sum += x * w;
    } else {
      sum += x;
    }
  }
  double lanes[kLanes];
  for (std::size_t lane = 0; lane < kLanes; ++lane) lanes[lane] = sum[lane];
  for (std::size_t lane = 0; i < size; ++i, ++lane)
    lanes[lane] += weights ? values[i] * weights[i] : values[i];
  return total_of(lanes);
}

INSITU_INLINE_BODY double sum_by_blocks(const double* values, const double* weights,
                                        std::size_t size) {
  constexpr std::size_t kBlock = 4096;
  double sum = 0;
  for (std::size_t begin = 0; begin < size; begin += kBlock)
    sum += block_sum(values + begin, weights ? weights + begin : nullptr,
                     std::min(kBlock, size - begin));
  return sum;
}
INSITU_TARGET_512 double sum_512(const double* values, const double* weights, std::size_t size) {
  return weights ? sum_by_blocks(values, weights, size) : sum_by_blocks(values, nullptr, size);
}
INSITU_TARGET_256 double sum_256(const double* values, const double* weights, std::size_t size) {
  return weights ? sum_by_blocks(values, weights, size) : sum_by_blocks(values, nullptr, size);
}
double sum_of(const double* values, const double* weights, std::size_t size) {
  switch (vector_width()) {
    case VectorWidth::k512:
      return sum_512(values, weights, size);
    case VectorWidth::k256:
      return sum_256(values, weights, size);
    case VectorWidth::kBaseline:
      break;
  }
  return sum_by_blocks(values, weights, size);
}

INSITU_INLINE_BODY void centre_body(const double* values, double from, std::size_t size,
                                    double* out) {
  for (std::size_t i = 0; i < size; ++i) out[i] = values[i] - from;
}
INSITU_TARGET_512 void centre_512(const double* values, double from, std::size_t size,
                                  double* out) {
  centre_body(values, from, size, out);
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
  DoubleDouble lanes[kLanes];
  for (std::size_t lane = 0; lane < kLanes; ++lane) lanes[lane] = {high[lane], low[lane]};
  return total_of(lanes);
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
  return sum_of(values.data(), nullptr, values.size());
}

double lane_sum(std::span<const double> values, std::span<const double> weights) {
  return sum_of(values.data(), weights.data(), values.size());
}

void centre(std::span<const double> values, double from, double* out) {
  if (vector_width() == VectorWidth::k512)
    centre_512(values.data(), from, values.size(), out);
  else
    centre_body(values.data(), from, values.size(), out);
}

void add_tile_products(const double* left, const double* right, std::size_t columns,
                       std::size_t rows, double* packed) {
  switch (vector_width()) {
    case VectorWidth::k512:
      return tile_products_512(left, right, columns, rows, packed);
    case VectorWidth::k256:
      return tile_products_256(left, right, columns, rows, packed);
    case VectorWidth::kBaseline:
      return tile_products<2>(left, right, columns, rows, packed);
  }
}

void add_tile_products(DoubleDoubleTile left, DoubleDoubleTile right, std::size_t columns,
                       std::size_t rows, DoubleDouble* packed) {
  if (vector_width() == VectorWidth::kBaseline)
    return tile_products_dd(left, right, columns, rows, packed);
  return tile_products_dd_256(left, right, columns, rows, packed);
}

}  // namespace insitu
