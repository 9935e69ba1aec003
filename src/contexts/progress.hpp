#pragma once
// Turns rows done into the progress steps that users see: one per read chunk (XDF: blocksPerRead
// blocks; text: rowsPerRead rows) where the source tells them, else two a second.
#include <chrono>
#include <cstdint>
#include <vector>

#include "base/control.hpp"
#include "data/source.hpp"

namespace insitu {

/// Used on the calling thread only.
class ProgressMeter {
 public:
  ProgressMeter(const DataSource&, RunControl&);
  void add(std::int64_t rows) { reach(done_ + rows); }  ///< `rows` rows of the source more are done
  void reach(std::int64_t rows);  ///< `rows` rows are done in all; never fewer than before
  void finish();                  ///< the pass is over

 private:
  void report(std::int64_t rows, bool finished);

  using Clock = std::chrono::steady_clock;
  RunControl& control_;
  std::vector<std::int64_t> read_chunks_;
  std::size_t next_chunk_ = 0;
  std::int64_t rows_total_, done_ = 0, reported_ = 0;
  Clock::time_point begin_ = Clock::now(), last_ = begin_;
};

}  // namespace insitu
