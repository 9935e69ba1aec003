#include "base/interruption.hpp"

#include <chrono>

namespace insitu {

namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kPollInterval = std::chrono::milliseconds(50);

thread_local RunControl* current = nullptr;
thread_local WorkScope::Thread current_thread = WorkScope::Thread::kWorker;
thread_local Clock::time_point last_poll = Clock::time_point::min();

}  // namespace

WorkScope::WorkScope(RunControl& control, Thread thread)
    : previous_(current), previous_thread_(current_thread) {
  current = &control;
  current_thread = thread;
}

WorkScope::~WorkScope() {
  current = previous_;
  current_thread = previous_thread_;
}

void throw_if_cancelled() {
  if (!current) return;
  current->cancel.throw_if_raised();
  if (current_thread != WorkScope::Thread::kOfTheCall) return;
  const auto now = Clock::now();
  if (now - last_poll < kPollInterval && last_poll != Clock::time_point::min()) return;
  last_poll = now;
  current->poll();
  current->cancel.throw_if_raised();
}

}  // namespace insitu
