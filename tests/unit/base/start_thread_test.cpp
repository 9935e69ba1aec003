#include "base/start_thread.hpp"

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "base/fork_safe_mutex.hpp"

namespace {
/// This thread is starting another one, and takes long over what the C library gives back for it.
thread_local bool slowly = false;
/// What is given back in this moment, and in a copy: what was, when it was made.
std::atomic<void*> given_back = nullptr;
constexpr int kGivenBackTwice = 7;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif
}  // namespace

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
extern "C" void __libc_free(void*);
extern "C" __attribute__((visibility("default"))) void free(void* memory) noexcept {
  if (memory && memory == given_back) ::_exit(kGivenBackTwice);
  __libc_free(memory);
  if (!memory || !slowly) return;
  given_back = memory;
  ::usleep(2000);
  given_back = nullptr;
}
#endif

namespace insitu {
namespace {

using MemoryOfThread = char* (*)();

/// What every thread uses of a library that was loaded late: given back when its stack is the next
/// one's.
MemoryOfThread memory_of_thread() {
  static const auto found = reinterpret_cast<MemoryOfThread>(
      ::dlsym(::dlopen(INSITU_THREAD_MEMORY, RTLD_NOW), "insitu_memory_of_thread"));
  return found;
}

TEST(StartThread, ACopyThatIsMadeMeanwhileCanStartThreads) {
  // Sanitizers of gcc 12 take locks of their own in each thread that starts, and let no fork wait
  // for them: a copy of that moment waits for ever. The release build runs this test.
  if (kSanitized) GTEST_SKIP() << "a sanitized process cannot be copied while a thread starts";
  const auto memory = memory_of_thread();
  ASSERT_NE(memory, nullptr);
  std::atomic<bool> stop = false;
  std::atomic<int> started = 0;
  std::thread starting([&] {
    while (!stop) {
      slowly = true;
      auto thread = start_thread([&] { *memory() = 1; });
      slowly = false;
      thread.join();
      ++started;
    }
  });
  while (started < 2) std::this_thread::yield();
  for (int i = 0; i < 50; ++i) {
    const pid_t child = ::fork();
    if (child == 0) {
      ::alarm(10);
      for (int t = 0; t < 3; ++t) start_thread([&] { *memory() = 1; }).join();
      ::_exit(0);
    }
    int status = -1;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0) << "copy " << i;
  }
  stop = true;
  starting.join();
}

/// The order in which a fork takes locks.
TEST(StartThread, IsAllowedToWhoeverHoldsALockThatAForkTakes) {
  ForkSafeMutex first, second;
  std::atomic<bool> stop = false;
  std::thread starting([&] {
    for (bool odd = false; !stop; odd = !odd) {
      const std::lock_guard lock(odd ? first : second);
      start_thread<std::jthread>([] {}).join();
    }
  });
  for (int i = 0; i < 200; ++i) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(0);
    int status = -1;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
  }
  stop = true;
  starting.join();
}

}  // namespace
}  // namespace insitu
