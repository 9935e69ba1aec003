#pragma once
// A chunk coded in the terms of a model, piece by piece: how moments take rows.
#include <algorithm>
#include <string>

#include "algorithms/model_moments.hpp"
#include "math/cross_product.hpp"

namespace insitu {

/// Rows that are coded at once, so that what is coded stays in the second-level cache and its
/// vectors below the size at which allocators ask the system for fresh pages. From the model alone:
/// a constant of the arithmetic.
inline std::size_t rows_at_once(const MomentShape& shape) {
  const std::size_t columns = std::max<std::size_t>(1, shape.dense() + shape.blocks.size());
  return std::clamp(std::size_t{40960} / columns / kTileRows, std::size_t{4}, std::size_t{32}) *
         kTileRows;
}

/// Values of rows of weight zero become 0: such a row takes no part, whatever it holds (0 times an
/// infinity would).
inline void silence_weightless(ModelRows& rows) {
  for (std::size_t i = 0; i < rows.weights.size(); ++i) {
    if (rows.weights[i] != 0) continue;
    for (auto& term : rows.terms) {
      if (!term.value.empty()) term.value[i] = 0;
      if (!term.low.empty()) term.low[i] = 0;
    }
    for (auto& response : rows.responses) response[i] = 0;
    for (auto& low : rows.response_low)
      if (!low.empty()) low[i] = 0;
  }
}

/// What messages call row i of coded rows that begin at row `begin` of a chunk.
inline std::string text_of_row(const Chunk& chunk, const ModelRows& rows, std::size_t begin,
                               std::size_t i) {
  const auto row =
      static_cast<std::int64_t>(begin + (rows.row_in_chunk.empty() ? i : rows.row_in_chunk[i]));
  return chunk.from.first_row < 0 ? std::to_string(row + 1) + " of a chunk"
                                  : std::to_string(chunk.from.first_row + row + 1);
}

/// `add(rows)` for the pieces of the chunk in order, coded. Errors as ModelFrame::rows.
template <class Add>
void for_coded_rows(const ModelFrame& frame, const MomentShape& shape, const Chunk& chunk,
                    Add&& add) {
  const std::size_t piece = rows_at_once(shape);
  ModelRows rows;  // one piece's memory for all: fresh pages would cost more than the sums
  for (std::size_t begin = 0; begin < chunk.rows; begin += piece) {
    frame.rows_into(rows, slice(chunk, begin, std::min(piece, chunk.rows - begin)));
    silence_weightless(rows);
    add(rows);
  }
}

}  // namespace insitu
