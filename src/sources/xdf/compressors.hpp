#pragma once
// The threads of a sink. Each column is a queue of work that is done in order by one thread at a
// time; different columns run side by side. The caller helps when the queues grow, so that rows in
// memory stay few.
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace insitu {

class XdfCompressors {
 public:
  /// `queues`: one per column. Threads start with the first work.
  explicit XdfCompressors(std::size_t queues);
  ~XdfCompressors();  ///< Drops work that has not begun.

  void push(std::size_t queue, std::function<void()> work);
  /// Works along until at most `backlog` pieces are left. Throws what a piece of work threw.
  void help(std::size_t backlog);

 private:
  struct Queue {
    std::deque<std::function<void()>> work;
    bool running = false;
  };

  bool run_one(std::unique_lock<std::mutex>&);
  void start();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Queue> queues_;
  std::deque<std::size_t> ready_;  // queues with work that nobody is at
  std::size_t left_ = 0;
  std::exception_ptr error_;
  bool stopping_ = false;
  std::vector<std::jthread> threads_;
};

}  // namespace insitu
