#pragma once
// The inner loops of cross products: sums of a_i * b_j over the rows of a tile, for all pairs of
// columns.
//
// Bits: every sum has kLanes partial sums, lane k taking the rows k, k + kLanes, ...; products are
// rounded before they are added (no contraction); the lanes are added in one fixed order. The
// vector width of the machine, and how many columns are worked on together, change nothing.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "math/double_double.hpp"
#include "math/lanes.hpp"

namespace insitu {

/// Rows of a tile: columns of a tile stay in the nearest caches.
inline constexpr std::size_t kTileRows = 256;

/// Position of (i, j), j <= i, in a lower triangle that is stored row after row.
constexpr std::size_t packed_index(std::size_t i, std::size_t j) { return i * (i + 1) / 2 + j; }
constexpr std::size_t packed_size(std::size_t n) { return n * (n + 1) / 2; }

/// Sum of all values, in kLanes partial sums per block of 4096.
double lane_sum(std::span<const double> values);
/// Sum of weights[i] * values[i], likewise. REQUIRES: equal sizes.
double lane_sum(std::span<const double> values, std::span<const double> weights);

/// out[i] = values[i] - from.
void centre(std::span<const double> values, double from, double* out);

/// Memory of a tile, not filled. Columns begin where vectors of the greatest width are loaded from
/// one line of the cache.
class Tile {
 public:
  explicit Tile(std::size_t columns)
      : memory_(std::make_unique_for_overwrite<double[]>(columns * kTileRows + kLine)) {
    const auto past = reinterpret_cast<std::uintptr_t>(memory_.get()) / sizeof(double) % kLine;
    begin_ = memory_.get() + (past ? kLine - past : 0);
  }
  double* column(std::size_t j) { return begin_ + j * kTileRows; }
  const double* data() const { return begin_; }

 private:
  static constexpr std::size_t kLine = 8;  ///< doubles in a line of the cache
  std::unique_ptr<double[]> memory_;
  double* begin_;
};

/// packed[i, j] += sum over rows of left[i][row] * right[j][row], j <= i < columns. Column i of a
/// tile begins at i * kTileRows. REQUIRES: `rows` a multiple of kLanes, rows beyond the data zero.
void add_tile_products(const double* left, const double* right, std::size_t columns,
                       std::size_t rows, double* packed);

/// The same in double-double; tiles as separate high and low parts.
struct DoubleDoubleTile {
  const double* high;
  const double* low;
};
void add_tile_products(DoubleDoubleTile left, DoubleDoubleTile right, std::size_t columns,
                       std::size_t rows, DoubleDouble* packed);

}  // namespace insitu
