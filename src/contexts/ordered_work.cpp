#include "contexts/ordered_work.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace insitu {

void ordered_work(std::size_t count, int threads, std::size_t window, RunControl& control,
                  const std::function<void(std::size_t)>& work, const std::function<void(std::size_t)>& collect) {
  enum class Piece : unsigned char { kWaiting, kDone, kFailed };
  std::mutex mutex;
  std::condition_variable piece_done, room;
  std::vector<Piece> pieces(count, Piece::kWaiting);
  std::vector<std::exception_ptr> failures(count);
  std::size_t next = 0, collected = 0;
  bool stop = false;

  const auto worker = [&] {
    std::unique_lock lock(mutex);
    for (;;) {
      room.wait(lock, [&] { return stop || next >= count || next < collected + window; });
      if (stop || next >= count) return;
      const auto i = next++;
      lock.unlock();
      std::exception_ptr failure;
      try {
        control.cancel.throw_if_raised();
        work(i);
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

  const auto size = std::min<std::size_t>(static_cast<std::size_t>(std::max(threads, 1)), count);
  std::vector<std::jthread> pool;
  pool.reserve(size);
  for (std::size_t t = 0; t < size; ++t) pool.emplace_back(worker);
  // On any way out the workers must not wait for room that nobody makes.
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

  using namespace std::chrono_literals;
  for (std::size_t i = 0; i < count; ++i) {
    {
      std::unique_lock lock(mutex);
      while (pieces[i] == Piece::kWaiting) {
        if (piece_done.wait_for(lock, 50ms) == std::cv_status::timeout) {
          lock.unlock();
          control.poll();
          lock.lock();
          if (control.cancel.raised() && pieces[i] == Piece::kWaiting && i >= next) throw Cancelled();
        }
      }
      if (pieces[i] == Piece::kFailed) {
        control.cancel.raised() ? throw Cancelled() : std::rethrow_exception(failures[i]);
      }
    }
    try {
      collect(i);
    } catch (...) {
      control.cancel.raise();
      throw;
    }
    {
      const std::lock_guard lock(mutex);
      collected = i + 1;
    }
    room.notify_all();
  }
}

}  // namespace insitu
