#include "base/fork_safe_mutex.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

namespace insitu {
namespace {

/// Whether a copy of this process can take all of the mutexes; one that waits is ended after 10 s.
bool copy_takes(const std::vector<std::mutex*>& mutexes) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(10);
    for (auto* each : mutexes) each->lock();
    ::_exit(0);
  }
  int status = -1;
  return ::waitpid(child, &status, 0) == child && status == 0;
}

TEST(ForkSafeMutex, IsFreeInACopyThatIsMadeWhileAnotherThreadHoldsIt) {
  ForkSafeMutex first, second;
  for (auto* held : {&first, &second}) {
    std::atomic<bool> holds = false;
    std::thread other([&] {
      const std::lock_guard lock(*held);
      holds = true;
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    });
    while (!holds) std::this_thread::yield();
    EXPECT_TRUE(copy_takes({&first, &second}));
    other.join();
  }
  EXPECT_TRUE(first.try_lock());  // and here
  first.unlock();
}

/// What is guarded is whole in every copy.
TEST(ForkSafeMutex, NoCopyIsMadeInTheMiddleOfAChange) {
  ForkSafeMutex mutex;
  int one = 0, other = 0;
  std::atomic<bool> stop = false;
  std::thread changing([&] {
    while (!stop) {
      const std::lock_guard lock(mutex);
      ++one;
      for (volatile int i = 0; i < 1000; i = i + 1) {
      }
      ++other;
    }
  });
  for (int i = 0; i < 200; ++i) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(one == other && mutex.try_lock() ? 0 : 1);
    int status = -1;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
  }
  stop = true;
  changing.join();
}

TEST(ForkSafeMutex, OneThatIsGoneIsNotTaken) {
  { ForkSafeMutex gone; }
  ForkSafeMutex here;
  EXPECT_TRUE(copy_takes({&here}));
}

}  // namespace
}  // namespace insitu
