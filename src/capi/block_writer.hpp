#pragma once
// Rows on their way to a sink, grouped into blocks: the blocks of an output are the pieces in which
// its input was read (blocks of an .xdf, rowsPerRead rows), whatever pieces the engine works in.
#include <cstdint>
#include <deque>
#include <vector>

#include "data/chunk.hpp"
#include "data/sink.hpp"

namespace insitu {

/// Holds at most one block of rows. Not for several threads at once.
class BlockWriter {
 public:
  /// `read_chunks`: rows of the input per output block, then `rest` rows each. Without both the
  /// sink's own block size holds.
  BlockWriter(DataSink& sink, std::vector<std::int64_t> read_chunks, std::int64_t rest = -1);

  /// Rows in order. A chunk is cut where a block of the input ends, also after a selection; where
  /// it is not known which rows of the input it holds (a function has made them) it goes whole to
  /// the block in which it begins.
  void write(const Chunk&);
  /// Writes what is left; the sink is not finished.
  void flush();
  std::int64_t rows() const { return rows_; }

 private:
  void keep(Chunk chunk);
  void close_block();

  DataSink& sink_;
  std::vector<std::int64_t> read_chunks_;
  std::int64_t rest_;
  std::size_t block_ = 0;           // of the input
  std::int64_t left_in_block_ = 0;  // input rows until it ends
  std::vector<Chunk> waiting_;
  std::int64_t waiting_rows_ = 0;
  std::vector<std::int64_t> sizes_;  // of the output blocks
  std::int64_t rows_ = 0;
};

}  // namespace insitu
