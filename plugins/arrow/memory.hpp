#pragma once
// The memory that decoding one piece may take. A few bytes can claim to be gigabytes (a long text
// that a dictionary repeats, a false length), so sizes are checked before they are allocated.
#include <arrow/memory_pool.h>

#include <cstdint>

namespace insitu::arrow_plugin {

/// For all of Arrow's memory here. Lives as long as the process: arrays outlive their readers.
arrow::MemoryPool* pool();

/// The most that one piece (a batch, a footer) may take; 0: no limit. For the process.
void set_limit(std::int64_t bytes);
std::int64_t limit();

/// While it lives, what this thread allocates from pool() counts against the limit; too much is
/// Status::OutOfMemory, which says so.
class Piece {
 public:
  Piece();
  ~Piece();
  Piece(const Piece&) = delete;
  Piece& operator=(const Piece&) = delete;

 private:
  std::int64_t outer_used_;
  bool outer_;
};

}  // namespace insitu::arrow_plugin
