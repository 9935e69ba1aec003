#include "formula/row_grid.hpp"

#include "data/chunk.hpp"

namespace insitu {

std::vector<std::int64_t> rows_of_splits(const DataSource& source, const std::vector<Split>& splits,
                                         std::int64_t last_row) {
  std::vector<std::int64_t> rows;
  rows.reserve(splits.size());
  std::int64_t total = 0;
  for (const auto& split : splits) {
    auto count = split.rows;
    if (last_row >= 0 && total >= last_row) {
      count = std::max<std::int64_t>(count, 0);
    } else if (count < 0) {
      count = 0;
      const auto reader = source.open(split, {.columns = std::vector<std::string>{}});
      while (const auto chunk = reader->next()) count += static_cast<std::int64_t>(chunk->rows);
    }
    rows.push_back(count);
    total += count;
  }
  return rows;
}

RowGrid make_row_grid(std::span<const std::int64_t> rows_of_splits,
                      const std::vector<std::int64_t>& read_chunks) {
  RowGrid grid;
  std::int64_t row = 0;
  for (const auto rows : rows_of_splits) {
    grid.splits.push_back(row);
    row += rows;
  }
  grid.splits.push_back(row);
  if (!read_chunks.empty()) {
    std::int64_t begin = 0;
    for (const auto rows : read_chunks) {
      if (begin >= row) break;
      grid.reads.push_back(begin);
      begin += std::max<std::int64_t>(rows, 0);
    }
    if (begin < row && begin > 0) grid.reads.push_back(begin);
  } else {
    for (std::size_t i = 0; i + 1 < grid.splits.size(); ++i)
      for (auto begin = grid.splits[i]; begin < grid.splits[i + 1];
           begin += static_cast<std::int64_t>(kRowsPerChunk))
        grid.reads.push_back(begin);
  }
  if (grid.reads.empty()) grid.reads.push_back(0);
  grid.reads.push_back(row);
  return grid;
}

}  // namespace insitu
