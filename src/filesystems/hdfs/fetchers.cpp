#include "filesystems/hdfs/fetchers.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

#include "base/current_call.hpp"
#include "base/start_thread.hpp"

namespace insitu {

Fetchers::Fetchers(std::size_t most) {
  for (std::size_t i = 0; i < most; ++i) all_.push_back(std::make_unique<Each>());
}

Fetchers::~Fetchers() {
  ended_.raise();
  for (const auto& each : all_)
    if (each->thread.joinable()) each->thread.join();
}

bool Fetchers::start(std::function<void()> work) {
  const std::lock_guard guard(mutex_);
  const auto found = std::ranges::find_if(all_, [](const auto& each) { return !each->busy; });
  if (found == all_.end()) return false;
  auto& each = **found;
  // No thread stays to wait for work: none is missing in a forked copy, and none has to be woken.
  if (each.thread.joinable()) each.thread.join();
  each.busy = true;
  try {
    each.thread = start_thread([this, &each, work = std::move(work)]() mutable {
      {
        const WorkScope scope(&ended_);
        work();
        work = nullptr;
      }
      each.busy = false;
    });
  } catch (const std::system_error&) {
    each.busy = false;
    return false;
  }
  return true;
}

}  // namespace insitu
