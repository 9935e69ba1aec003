#pragma once
// Rows in memory: what sources yield, transforms change and analyses accumulate.
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "data/column.hpp"
#include "data/schema.hpp"

namespace insitu {

/// Rows handed to an analysis at once: cut within a split from its first row, whatever sizes the
/// data come in. A constant of the arithmetic: sums are formed per chunk, so the bits of an answer
/// depend on it.
inline constexpr std::size_t kRowsPerChunk = 32768;

/// Where a chunk comes from. Row numbers count from 0 within the source, before any selection.
struct Provenance {
  std::uint64_t split = 0;           ///< number of the split
  std::uint64_t chunk_in_split = 0;  ///< number of the chunk within its split
  std::int64_t first_row =
      -1;  ///< row number of the first row in the source; -1: not known (text, read in parallel)
  std::int64_t source_rows = 0;  ///< rows read from the source for this chunk, before selection
  /// Of each row, after a selection, its place among these source rows, rising; null where all are
  /// there, or where it is not known (a function of the language has made the rows).
  std::shared_ptr<const std::vector<std::uint32_t>> kept{};
};

struct Chunk {
  SchemaPtr schema;             ///< names and types of `columns`, in the same order
  std::vector<Column> columns;  ///< all of `rows` items
  std::size_t rows = 0;
  Provenance from;

  const Column& column(std::string_view name) const { return columns[schema->index(name)]; }
};

/// The rows [begin, begin + rows) of a chunk; copies nothing. `first_row` follows.
Chunk slice(const Chunk&, std::size_t begin, std::size_t rows);

/// The listed rows of a chunk, in that order.
Chunk take(const Chunk&, std::span<const std::uint32_t> rows);

}  // namespace insitu
