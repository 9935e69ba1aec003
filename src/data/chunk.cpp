#include "data/chunk.hpp"

namespace insitu {

Chunk slice(const Chunk& chunk, std::size_t begin, std::size_t rows) {
  Chunk part{chunk.schema, {}, rows, chunk.from};
  part.columns.reserve(chunk.columns.size());
  for (const auto& column : chunk.columns) part.columns.push_back(column.slice(begin, rows));
  if (part.from.first_row >= 0) part.from.first_row += static_cast<std::int64_t>(begin);
  part.from.source_rows = static_cast<std::int64_t>(rows);
  part.from.kept = nullptr;
  return part;
}

Chunk take(const Chunk& chunk, std::span<const std::uint32_t> rows) {
  Chunk part{chunk.schema, {}, rows.size(), chunk.from};
  part.columns.reserve(chunk.columns.size());
  for (const auto& column : chunk.columns) part.columns.push_back(column.take(rows));
  const auto& before = chunk.from.kept;
  if (!before && chunk.from.source_rows != static_cast<std::int64_t>(chunk.rows)) return part;
  std::vector<std::uint32_t> kept(rows.begin(), rows.end());
  if (before)
    for (auto& row : kept) row = (*before)[row];
  part.from.kept = std::make_shared<const std::vector<std::uint32_t>>(std::move(kept));
  return part;
}

}  // namespace insitu
