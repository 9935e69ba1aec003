#pragma once
// Numbered pieces of work on a few threads, collected in order on the calling thread: the schedule
// of the local context. The threads live no longer than the call.
#include <atomic>
#include <cstddef>
#include <functional>

#include "base/control.hpp"

namespace insitu {

struct OrderedWork {
  std::size_t count = 0;  ///< pieces
  int threads = 1;
  std::function<void(std::size_t)> work;     ///< on a thread; looks at control.cancel now and then
  std::function<void(std::size_t)> collect;  ///< on the calling thread
  std::function<void()> while_waiting;  ///< on the calling thread, about every 50 ms; may be empty
  /// No piece starts this far ahead of the last collected one: pieces being worked on and finished
  /// ones that wait. `collect` may change it.
  std::atomic<std::size_t> window = 1;
};

/// Runs work(i) for i in [0, count), in increasing order of start, and calls collect(i) strictly in
/// order, as soon as piece i is done. If work fails, the failure of the lowest number is thrown,
/// after pieces before it were collected. The caller's interrupt is polled at least every 100 ms;
/// throws Cancelled when it or anybody else asks for it.
void ordered_work(OrderedWork&, RunControl&);

}  // namespace insitu
