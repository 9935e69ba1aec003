#include "contexts/ordered_work.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

#include "base/current_call.hpp"
#include "base/start_thread.hpp"

namespace insitu {

void ordered_work(OrderedWork& job, RunControl& control) {
  using Clock = std::chrono::steady_clock;
  constexpr auto kPollInterval = std::chrono::milliseconds(50);
  enum class Piece : unsigned char { kWaiting, kDone, kFailed };
  const auto count = job.count;
  std::mutex mutex;  // guards everything below but the pool
  std::condition_variable piece_done, room;
  std::vector<Piece> pieces(count, Piece::kWaiting);
  std::vector<std::exception_ptr> failures(count);
  std::size_t next = 0, collected = 0;
  bool stop = false;

  const auto worker = [&] {
    const WorkScope scope(&control.cancel);
    std::unique_lock lock(mutex);
    for (;;) {
      room.wait(lock, [&] {
        return stop || next >= count || next < collected + std::max<std::size_t>(job.window, 1);
      });
      if (stop || next >= count) return;
      const auto i = next++;
      lock.unlock();
      std::exception_ptr failure;
      try {
        control.cancel.throw_if_raised();
        job.work(i);
      } catch (...) {
        failure = std::current_exception();
      }
      lock.lock();
      pieces[i] = failure ? Piece::kFailed : Piece::kDone;
      failures[i] = failure;
      if (failure) stop = true;  // lower numbers are already being worked on
      piece_done.notify_one();
      room.notify_all();
    }
  };

  const auto size =
      std::min<std::size_t>(static_cast<std::size_t>(std::max(job.threads, 1)), count);
  std::vector<std::jthread> pool;
  pool.reserve(size);
  // On any way out the workers must not wait for room that nobody makes. Destroyed before the pool
  // joins.
  struct Stop {
    std::mutex& mutex;
    bool& stop;
    std::condition_variable& room;
    ~Stop() {
      {
        const std::lock_guard lock(mutex);
        stop = true;
      }
      room.notify_all();
    }
  } const at_exit{mutex, stop, room};
  for (std::size_t t = 0; t < size; ++t) {
    try {
      pool.push_back(start_thread<std::jthread>(worker));
    } catch (const std::system_error&) {
      if (pool.empty()) throw;  // fewer threads will do
      break;
    }
  }

  auto last_poll = Clock::time_point::min();  // at once: a call may be many short passes
  const auto poll = [&] {
    const auto now = Clock::now();
    if (last_poll + kPollInterval > now) return;
    last_poll = now;
    control.poll();
    control.cancel.throw_if_raised();
    if (job.while_waiting) job.while_waiting();
  };
  for (std::size_t i = 0; i < count; ++i) {
    for (;;) {
      poll();
      std::unique_lock lock(mutex);
      if (pieces[i] == Piece::kWaiting) piece_done.wait_for(lock, kPollInterval);
      if (pieces[i] == Piece::kFailed) {
        control.cancel.throw_if_raised();
        std::rethrow_exception(failures[i]);
      }
      if (pieces[i] == Piece::kDone) break;
    }
    job.collect(i);
    {
      const std::lock_guard lock(mutex);
      collected = i + 1;
    }
    room.notify_all();
  }
}

}  // namespace insitu
