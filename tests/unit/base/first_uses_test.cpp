#include "base/first_uses.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <stdexcept>
#include <string>
#include <thread>

#include "base/fork_safe_mutex.hpp"

namespace insitu {
namespace {

void pause(int milliseconds) {
  std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
}

/// How a copy of this process ends that does this; one that waits is ended after 10 s.
int status_of_copy(const std::function<bool()>& run) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(10);
    ::_exit(run() ? 0 : 1);
  }
  int status = -1;
  return ::waitpid(child, &status, 0) == child ? status : -1;
}

/// A value that is made when it is asked for first, each Tag its own.
template <int Tag>
int made(const std::function<int()>& make) {
  static const int value = make();
  return value;
}

/// Another thread makes a value, slowly; it is there until this goes (the thread sanitizer takes
/// one that has ended for a leak of the copy).
class Making {
 public:
  explicit Making(std::function<void(const std::function<int()>&)> use)
      : thread_([this, use = std::move(use)] {
          use([this] {
            begun_ = true;
            pause(50);
            return 7;
          });
          while (!over_) pause(1);
        }) {
    while (!begun_) std::this_thread::yield();
  }
  ~Making() {
    over_ = true;
    thread_.join();
  }

 private:
  std::atomic<bool> begun_ = false, over_ = false;
  std::thread thread_;
};

int unexpected() { throw std::logic_error("made again"); }

TEST(FirstUses, AreWholeInACopyThatIsMadeMeanwhile) {
  const Making making([](const auto& make) { made<1>(make); });
  EXPECT_EQ(status_of_copy([] { return made<1>(unexpected) == 7; }), 0);
}

TEST(FirstUses, ThatThrowAreTriedAgainInACopy) {
  const Making failing([](const auto& make) {
    EXPECT_THROW(made<2>([&]() -> int { throw std::runtime_error(std::to_string(make())); }),
                 std::runtime_error);
  });
  EXPECT_EQ(status_of_copy([] { return made<2>([] { return 3; }) == 3; }), 0);
}

/// Of several threads one makes it; the others, which wait for it, do not hold a fork up either.
TEST(FirstUses, ThatManyWaitForAreWholeInACopy) {
  const Making making([](const auto& make) { made<3>(make); });
  const Making waiting([](const auto& make) {
    make();
    made<3>(unexpected);
  });
  EXPECT_EQ(status_of_copy([] { return made<3>(unexpected) == 7; }), 0);
}

/// Neither order of the two locks out the other, or a fork.
TEST(FirstUses, GoWithLocksThatAForkTakes) {
  ForkSafeMutex mutex;
  const auto before = std::chrono::steady_clock::now();
  {
    const Making takes_it_within([&](const auto& make) {
      made<4>([&] {
        make();
        const std::lock_guard lock(mutex);
        return 7;
      });
    });
    EXPECT_EQ(status_of_copy([&] { return made<4>(unexpected) == 7 && mutex.try_lock(); }), 0);
  }
  {
    const Making holds_it([&](const auto& make) {
      const std::lock_guard lock(mutex);
      made<5>([&] { return make(); });
    });
    EXPECT_EQ(status_of_copy([&] { return made<5>(unexpected) == 7 && mutex.try_lock(); }), 0);
  }
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(2));
}

/// A fork in the middle of a first use, and first uses that are begun while forks are made.
TEST(FirstUses, ForkingItselfIsNotWaitedFor) {
  const auto before = std::chrono::steady_clock::now();
  const int status =
      made<6>([] { return status_of_copy([] { return made<7>([] { return 1; }) == 1; }); });
  EXPECT_EQ(status, 0);
  EXPECT_LT(std::chrono::steady_clock::now() - before, first_uses::kLongest);
}

/// What waits for what the forking thread holds, as for an interpreter's lock, delays it only.
TEST(FirstUses, ThatWaitForWhoeverForksDelayIt) {
  std::mutex held;  // no lock that a fork knows of
  std::unique_lock lock(held);
  std::atomic<bool> begun = false;
  std::thread waiting([&] {
    made<8>([&] {
      begun = true;
      const std::lock_guard wanted(held);
      return 7;
    });
  });
  while (!begun) std::this_thread::yield();
  EXPECT_EQ(status_of_copy([] { return true; }), 0);
  lock.unlock();
  waiting.join();
  EXPECT_EQ(made<8>(unexpected), 7);
}

}  // namespace
}  // namespace insitu
