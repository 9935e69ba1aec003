#include "data/chunk_cutter.hpp"

#include <string>
#include <string_view>
#include <unordered_map>

#include "base/error.hpp"

namespace insitu {

namespace {

bool same_levels(const Levels& a, const Levels& b) { return a == b || (a && b && *a == *b); }

/// Parts of one factor column with the union of their levels, in order of first appearance.
std::vector<Column> with_common_levels(std::vector<Column> parts) {
  bool same = true;
  for (const auto& part : parts) same = same && same_levels(part.levels(), parts[0].levels());
  if (same) {
    for (auto& part : parts) part = part.with_levels(parts[0].levels());
    return parts;
  }
  std::vector<std::string> names;
  std::unordered_map<std::string, std::int32_t> places;
  std::vector<std::vector<std::int32_t>> recoded;
  for (const auto& part : parts) {
    std::vector<std::int32_t> to;
    if (part.levels())
      for (const auto& name : *part.levels()) {
        const auto [place, is_new] = places.emplace(name, static_cast<std::int32_t>(names.size()));
        if (is_new) names.push_back(name);
        to.push_back(place->second);
      }
    auto& codes = recoded.emplace_back();
    for (const auto code : part.values<std::int32_t>()) {
      if (code >= static_cast<std::int64_t>(to.size()))
        throw DataError("a factor code has no level");
      codes.push_back(code < 0 ? kMissingCode : to[static_cast<std::size_t>(code)]);
    }
  }
  const auto levels = make_levels(std::move(names));
  for (std::size_t i = 0; i < parts.size(); ++i)
    parts[i] = Column::own(parts[i].type(), std::move(recoded[i]), levels);
  return parts;
}

}  // namespace

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
