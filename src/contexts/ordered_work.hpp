#pragma once
// Numbered pieces of work on a few threads, collected in order on the calling thread: the schedule of the local
// context. The caller's thread polls interrupts while it waits.
#include <cstddef>
#include <functional>
#include <memory>

#include "base/control.hpp"

namespace insitu {

/// Runs `work(i)` for i in [0, count) on `threads` threads, in increasing order of start, and calls `collect(i)` on the
/// calling thread strictly in order, as soon as piece i is done. No piece starts more than `window` ahead of the last
/// collected one. If work fails, the failure of the lowest number is thrown, after pieces before it were collected.
/// `work` should look at `control.cancel` now and then.
void ordered_work(std::size_t count, int threads, std::size_t window, RunControl& control,
                  const std::function<void(std::size_t)>& work, const std::function<void(std::size_t)>& collect);

}  // namespace insitu
