#pragma once
// Calls that wait for a server, made on a thread of their own, so that the thread that needs their
// answer can look meanwhile whether its own call was interrupted.
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "base/control.hpp"

namespace insitu {

/// Used by one thread at a time.
class BlockingCalls {
 public:
  BlockingCalls() = default;
  ~BlockingCalls();
  BlockingCalls(const BlockingCalls&) = delete;
  BlockingCalls& operator=(const BlockingCalls&) = delete;

  /// Runs `call` there and returns when it has ended. When this thread's call is interrupted, or
  /// `flag` (may be null) is raised, `cancel` is asked to end it, and Cancelled is thrown then.
  void run(std::function<void()> call, const std::function<void()>& cancel, const CancelFlag* flag);

 private:
  void serve();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::function<void()> call_;
  bool running_ = false, ends_ = false;
  std::thread thread_;
};

}  // namespace insitu
