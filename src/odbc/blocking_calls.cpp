#include "odbc/blocking_calls.hpp"

#include <locale.h>

#include <chrono>

#include "base/current_call.hpp"
#include "base/start_thread.hpp"

namespace insitu {

namespace {

/// What the thread compares and writes letters and numbers by. The process's would not do: in a
/// Turkish one "DRIVER" is not "Driver", and the driver manager finds no driver.
void leave_locale_of_process() {
  static const locale_t plain = [] {
    const auto letters = ::newlocale(LC_ALL_MASK, "C.UTF-8", nullptr);
    return letters ? letters : ::newlocale(LC_ALL_MASK, "C", nullptr);
  }();
  if (plain) ::uselocale(plain);
}

}  // namespace

BlockingCalls::~BlockingCalls() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    ends_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void BlockingCalls::serve() {
  leave_locale_of_process();
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [&] { return ends_ || running_; });
    if (ends_) return;
    lock.unlock();
    call_();
    lock.lock();
    running_ = false;
    changed_.notify_all();
  }
}

void BlockingCalls::run(std::function<void()> call, const std::function<void()>& cancel,
                        const CancelFlag* flag) {
  if (flag) flag->throw_if_raised();
  poll_current_call();
  if (!thread_.joinable()) thread_ = start_thread([this] { serve(); });
  std::unique_lock lock(mutex_);
  call_ = std::move(call);
  running_ = true;
  changed_.notify_all();
  bool interrupted = false;
  constexpr auto kLook = std::chrono::milliseconds(50);
  while (!changed_.wait_for(lock, kLook, [&] { return !running_; })) {
    if (interrupted) continue;
    lock.unlock();
    try {
      if (flag) flag->throw_if_raised();
      poll_current_call();
    } catch (const Cancelled&) {
      interrupted = true;
      cancel();
    }
    lock.lock();
  }
  if (interrupted) throw Cancelled();
}

}  // namespace insitu
