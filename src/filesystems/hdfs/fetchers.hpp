#pragma once
// Threads that fetch what will be wanted soon, while others work with what is there.
#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "base/control.hpp"

namespace insitu {

/// Safe to use from several threads.
class Fetchers {
 public:
  /// So many things are fetched at once at most.
  explicit Fetchers(std::size_t most);
  Fetchers(const Fetchers&) = delete;
  Fetchers& operator=(const Fetchers&) = delete;
  /// What is under way is broken off: poll_current_call() throws there.
  ~Fetchers();

  /// Begins `work`, which must not throw, on a thread of its own; false: all are busy, or there is
  /// no thread. `work` must not own these fetchers.
  bool start(std::function<void()> work);

 private:
  struct Each {
    std::atomic<bool> busy = false;
    std::thread thread;
  };
  CancelFlag ended_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Each>> all_;
};

}  // namespace insitu
