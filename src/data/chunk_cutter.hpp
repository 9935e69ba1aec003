#pragma once
// Cuts rows that arrive in pieces of any size into chunks of kRowsPerChunk rows, so that the
// arithmetic of an analysis does not depend on how rows were stored or sent. Pieces that fit are
// passed on without copying.
#include <deque>
#include <optional>

#include "data/chunk.hpp"

namespace insitu {

/// Not for several threads at once.
class ChunkCutter {
 public:
  /// Takes rows, in order. All pieces have the same names and types; factors whose pieces carry
  /// different levels are recoded to one list, in order of first appearance, where pieces are
  /// joined.
  void add(Chunk piece);
  /// The next chunk of exactly kRowsPerChunk rows, or nothing if fewer rows are waiting.
  std::optional<Chunk> take_full();
  /// The rows that are left: fewer than kRowsPerChunk once take_full gives nothing. Nothing if
  /// there are none.
  std::optional<Chunk> take_rest();

 private:
  Chunk take(std::size_t rows);

  std::deque<Chunk> pieces_;
  std::size_t waiting_ = 0;
};

}  // namespace insitu
