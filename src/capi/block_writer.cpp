#include "capi/block_writer.hpp"

#include <algorithm>
#include <limits>

namespace insitu {

BlockWriter::BlockWriter(DataSink& sink, std::vector<std::int64_t> read_chunks, std::int64_t rest)
    : sink_(sink),
      read_chunks_(std::move(read_chunks)),
      rest_(rest > 0 ? rest : std::numeric_limits<std::int64_t>::max()) {
  left_in_block_ = read_chunks_.empty() ? rest_ : read_chunks_.front();
}

void BlockWriter::write(const Chunk& chunk) {
  if (read_chunks_.empty() && rest_ == std::numeric_limits<std::int64_t>::max()) {
    rows_ += static_cast<std::int64_t>(chunk.rows);
    sink_.write(chunk);
    return;
  }
  std::int64_t source_rows =
      std::max<std::int64_t>(chunk.from.source_rows, static_cast<std::int64_t>(chunk.rows));
  const auto* kept = chunk.from.kept.get();
  const bool complete = source_rows == static_cast<std::int64_t>(chunk.rows);
  if (!complete && !kept) keep(chunk);
  // How many rows of the chunk come before a row of the input.
  const auto rows_before = [&](std::int64_t source_row) -> std::size_t {
    if (complete) return static_cast<std::size_t>(source_row);
    return static_cast<std::size_t>(
        std::ranges::lower_bound(*kept, static_cast<std::uint64_t>(source_row)) - kept->begin());
  };
  for (std::int64_t done = 0; source_rows > 0;) {
    const auto here = std::min(source_rows, left_in_block_);
    if (complete || kept) {
      const auto begin = rows_before(done), end = rows_before(done + here);
      if (end > begin) keep(slice(chunk, begin, end - begin));
    }
    done += here;
    source_rows -= here;
    left_in_block_ -= here;
    if (left_in_block_ == 0) {
      close_block();
      ++block_;
      left_in_block_ = block_ < read_chunks_.size() ? read_chunks_[block_] : rest_;
    }
  }
}

void BlockWriter::keep(Chunk chunk) {
  rows_ += static_cast<std::int64_t>(chunk.rows);
  waiting_rows_ += static_cast<std::int64_t>(chunk.rows);
  waiting_.push_back(std::move(chunk));
}

void BlockWriter::close_block() {
  if (waiting_rows_ > 0) {
    sizes_.push_back(waiting_rows_);
    sink_.set_block_rows(sizes_);
  }
  for (const auto& chunk : waiting_) sink_.write(chunk);
  waiting_.clear();
  waiting_rows_ = 0;
}

void BlockWriter::flush() { close_block(); }

}  // namespace insitu
