#include "sources/xdf/compressors.hpp"

#include <algorithm>
#include <chrono>

#include "base/current_call.hpp"
#include "base/start_thread.hpp"

namespace insitu {

namespace {

constexpr unsigned kThreadsAtMost = 4;  // more do not help: reading is slower than that

}  // namespace

XdfCompressors::XdfCompressors(std::size_t queues) : queues_(queues) {}

XdfCompressors::~XdfCompressors() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
}

void XdfCompressors::start() {
  const auto cores = std::max(1u, std::thread::hardware_concurrency());
  const auto count = std::min<std::size_t>(queues_.size(), std::min(cores, kThreadsAtMost));
  for (std::size_t i = 0; i < count; ++i)
    // Threads work for no call: a target that stays open outlives the call that started them.
    threads_.push_back(start_thread<std::jthread>([this] {
      std::unique_lock lock(mutex_);
      while (!stopping_)
        if (!run_one(lock)) changed_.wait(lock, [&] { return stopping_ || !ready_.empty(); });
    }));
}

void XdfCompressors::push(std::size_t queue, std::function<void()> work) {
  if (threads_.empty()) start();
  {
    const std::lock_guard lock(mutex_);
    auto& q = queues_[queue];
    q.work.push_back(std::move(work));
    ++left_;
    if (!q.running && q.work.size() == 1) ready_.push_back(queue);
  }
  changed_.notify_one();
}

void XdfCompressors::help(std::size_t backlog) {
  std::unique_lock lock(mutex_);
  while (left_ > backlog && !error_)
    if (!run_one(lock)) {
      changed_.wait_for(lock, std::chrono::milliseconds(20),
                        [&] { return left_ <= backlog || error_ || !ready_.empty(); });
      lock.unlock();
      poll_current_call();
      lock.lock();
    }
  if (error_) std::rethrow_exception(error_);
}

// REQUIRES: the lock is held; it is released while working. Returns false when there is nothing to
// do.
bool XdfCompressors::run_one(std::unique_lock<std::mutex>& lock) {
  if (ready_.empty() || stopping_) return false;
  const auto index = ready_.front();
  ready_.pop_front();
  auto& queue = queues_[index];
  auto work = std::move(queue.work.front());
  queue.work.pop_front();
  queue.running = true;
  const bool skip = error_ != nullptr;
  lock.unlock();
  std::exception_ptr error;
  if (!skip) {
    try {
      work();
    } catch (...) {
      error = std::current_exception();
    }
  }
  work = nullptr;  // gives the rows back before others are asked for
  lock.lock();
  if (error && !error_) error_ = error;
  queue.running = false;
  --left_;
  if (!queue.work.empty()) ready_.push_back(index);
  changed_.notify_all();
  return true;
}

}  // namespace insitu
