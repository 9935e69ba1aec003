#pragma once
// The inner loops of cross products: sums of a_i * b_j over the rows of a tile, for all pairs of
// columns.
//
// Bits: every sum has kLanes partial sums, lane k taking the rows k, k + kLanes, ...; products are
// rounded before they are added (no contraction); the lanes are added in one fixed order. The
// vector width of the machine, and how many columns are worked on together, change nothing.
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "math/double_double.hpp"

namespace insitu {

inline constexpr std::size_t kLanes = 8;
/// Rows of a tile: columns of a tile stay in the nearest caches.
inline constexpr std::size_t kTileRows = 256;
/// Columns are worked on in groups; buffers of a tile hold a multiple of this, the rest zeros.
inline constexpr std::size_t kColumnGroup = 4;

/// Position of (i, j), j <= i, in a lower triangle that is stored row after row.
constexpr std::size_t packed_index(std::size_t i, std::size_t j) { return i * (i + 1) / 2 + j; }
constexpr std::size_t packed_size(std::size_t n) { return n * (n + 1) / 2; }

/// Sum of all values, in kLanes partial sums per block of 4096.
double lane_sum(std::span<const double> values);
/// Sum of weights[i] * values[i], likewise. REQUIRES: equal sizes.
double lane_sum(std::span<const double> values, std::span<const double> weights);

/// out[i] = values[i] - from.
void centre(std::span<const double> values, double from, double* out);

/// Memory of a tile. Columns begin where vectors of the greatest width are loaded from one line of
/// the cache.
class Tile {
 public:
  /// Zeros; room for `columns` and those that fill up their last group.
  explicit Tile(std::size_t columns)
      : memory_((columns + kColumnGroup - 1) / kColumnGroup * kColumnGroup * kTileRows + kAhead) {
    const auto past = reinterpret_cast<std::uintptr_t>(memory_.data()) / sizeof(double) % kAhead;
    begin_ = memory_.data() + (past ? kAhead - past : 0);
  }
  Tile(const Tile&) = delete;
  Tile& operator=(const Tile&) = delete;
  double* column(std::size_t j) { return begin_ + j * kTileRows; }
  const double* data() const { return begin_; }

 private:
  static constexpr std::size_t kAhead = 8;  ///< doubles in a line of the cache
  std::vector<double> memory_;
  double* begin_;
};

/// packed[i, j] += sum over rows of left[i][row] * right[j][row], j <= i < columns. Column i of a
/// tile begins at i * kTileRows. REQUIRES: `rows` a multiple of kLanes, rows beyond the data and
/// columns up to the next multiple of kColumnGroup zero.
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
