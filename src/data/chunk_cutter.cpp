#include "data/chunk_cutter.hpp"

#include "base/error.hpp"
#include "data/common_levels.hpp"

namespace insitu {

void ChunkCutter::add(Chunk piece) {
  if (!pieces_.empty() && pieces_.back().columns.size() != piece.columns.size())
    throw DataError("rows with different columns arrived one after the other");
  if (!pieces_.empty())
    for (std::size_t i = 0; i < piece.columns.size(); ++i)
      if (pieces_.back().columns[i].type() != piece.columns[i].type())
        throw DataError("variable '" + (*piece.schema)[i].name + "' changes its type between rows");
  waiting_ += piece.rows;
  if (piece.rows > 0) pieces_.push_back(std::move(piece));
}

std::optional<Chunk> ChunkCutter::take_full() {
  if (waiting_ < kRowsPerChunk) return std::nullopt;
  return take(kRowsPerChunk);
}

std::optional<Chunk> ChunkCutter::take_rest() {
  if (waiting_ == 0) return std::nullopt;
  return take(waiting_);
}

Chunk ChunkCutter::take(std::size_t rows) {
  std::vector<Chunk> parts;
  for (auto wanted = rows; wanted > 0;) {
    auto& front = pieces_.front();
    if (front.rows <= wanted) {
      wanted -= front.rows;
      parts.push_back(std::move(front));
      pieces_.pop_front();
    } else {
      parts.push_back(slice(front, 0, wanted));
      front = slice(front, wanted, front.rows - wanted);
      wanted = 0;
    }
  }
  waiting_ -= rows;
  if (parts.size() == 1) return std::move(parts[0]);
  Chunk joined{parts[0].schema, {}, rows, parts[0].from};
  joined.from.source_rows = 0;
  for (const auto& part : parts) joined.from.source_rows += part.from.source_rows;
  for (std::size_t c = 0; c < parts[0].columns.size(); ++c) {
    std::vector<Column> columns;
    columns.reserve(parts.size());
    for (const auto& part : parts) columns.push_back(part.columns[c]);
    if (is_factor(columns[0].type())) columns = with_common_levels(std::move(columns));
    joined.columns.push_back(concatenate(columns));
  }
  return joined;
}

}  // namespace insitu
