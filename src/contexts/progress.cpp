#include "contexts/progress.hpp"

namespace insitu {

ProgressMeter::ProgressMeter(const DataSource& source, RunControl& control)
    : control_(control),
      read_chunks_(source.read_chunks()),
      rows_total_(source.row_count().value_or(-1)) {}

void ProgressMeter::reach(std::int64_t rows) {
  done_ = rows;
  if (!control_.callbacks.progress) return;
  while (next_chunk_ < read_chunks_.size() && done_ - reported_ >= read_chunks_[next_chunk_])
    report(read_chunks_[next_chunk_++], false);
  if (read_chunks_.empty() && done_ > reported_ &&
      Clock::now() - last_ >= std::chrono::milliseconds(500))
    report(done_ - reported_, false);
}

void ProgressMeter::finish() {
  if (control_.callbacks.progress && (done_ > reported_ || done_ == 0))
    report(done_ - reported_, true);
}

void ProgressMeter::report(std::int64_t rows, bool finished) {
  const auto now = Clock::now();
  const auto seconds = [](Clock::duration d) { return std::chrono::duration<double>(d).count(); };
  reported_ += rows;
  control_.callbacks.progress({.rows_read = rows,
                               .rows_processed = reported_,
                               .rows_total = rows_total_,
                               .chunk_seconds = seconds(now - last_),
                               .seconds = seconds(now - begin_),
                               .resident_bytes = resident_memory_bytes(),
                               .finished = finished || reported_ == rows_total_});
  last_ = now;
}

}  // namespace insitu
