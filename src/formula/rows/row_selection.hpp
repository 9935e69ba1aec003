#pragma once
// Choosing rows of a chunk. Private to src/formula.
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "data/chunk.hpp"

namespace insitu {

/// Positions of the rows where the column is TRUE (missing is not); nothing: all of them.
/// Throws InvalidArgument, naming `what`, for strings and factors.
std::optional<std::vector<std::uint32_t>> true_rows(const Column&, std::string_view what);

/// Positions of the rows without a missing value in the columns at these places; nothing: all of
/// them.
std::optional<std::vector<std::uint32_t>> complete_rows(const Chunk&,
                                                        std::span<const std::size_t> columns);

/// The chunk, its factors of undeclared levels with those of its rows alone, in order of first
/// appearance: after rows around them were cut off.
Chunk with_levels_of_rows(Chunk);

/// Chunks with the same columns, one after the other; factors with different levels get the union,
/// in order of first appearance. REQUIRES: at least one.
Chunk join_chunks(std::span<const Chunk> parts);

}  // namespace insitu
