#pragma once
// Where the rows of a source stand: the row numbers at which its splits, and the pieces in which
// users see it being read, begin. Private to src/formula.
#include <algorithm>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "data/source.hpp"

namespace insitu {

struct RowGrid {
  std::vector<std::int64_t>
      splits;  ///< first row of each split, then the number of rows; empty: not known
  /// First row of each read chunk, from the first row that is used; then the row behind the last.
  std::vector<std::int64_t> reads;

  bool known() const { return !splits.empty(); }
  std::int64_t rows() const { return splits.back(); }
  /// Position in `reads` of the read chunk that holds a row.
  std::size_t read_of(std::int64_t row) const {
    const auto after = std::upper_bound(reads.begin(), reads.end(), row);
    return static_cast<std::size_t>(after - reads.begin()) - (after == reads.begin() ? 0 : 1);
  }
  /// Position of the split that holds a row.
  std::size_t split_of(std::int64_t row) const {
    const auto after = std::upper_bound(splits.begin(), splits.end(), row);
    return static_cast<std::size_t>(after - splits.begin()) - 1;
  }
  /// First and last of the splits that hold the reads which have rows of a split.
  std::pair<std::size_t, std::size_t> splits_read_with(std::size_t split) const;
};

/// Rows per split: as the splits say, else counted by reading no columns: up to a `last_row` that
/// is near the start here (the splits behind it count as empty), else all in the context of the
/// call (data/survey.hpp).
std::vector<std::int64_t> rows_of_splits(const DataSource&, const std::vector<Split>&,
                                         std::int64_t last_row);

/// Where users see one reading of the data end and the next begin.
struct ReadSizes {
  std::vector<std::int64_t> chunks;  ///< rows of each read, from the first row of the source
  std::int64_t rows = 0;             ///< where chunks is empty: rows of every read
  std::vector<std::size_t> breaks;   ///< splits before which a read of `rows` rows ends early
};

/// The grid of the rows [begin, end); `end` < 0: to the last one.
RowGrid make_row_grid(std::span<const std::int64_t> rows_of_splits, const ReadSizes&,
                      std::int64_t begin, std::int64_t end);

}  // namespace insitu
