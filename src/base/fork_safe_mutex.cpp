#include "base/fork_safe_mutex.hpp"

#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <thread>
#include <vector>

#include "base/first_uses.hpp"
#include "base/start_thread.hpp"

namespace insitu {

namespace {

/// All that there are. Never destroyed: a process may fork until its last moment.
struct Registry {
  std::mutex mutex;     // of the list, taken before those in it
  std::mutex starting;  // thread_start_gate(), taken after them
  std::vector<ForkSafeMutex*> all;

  static Registry& instance() {
    static auto* const registry = [] {
      ::pthread_atfork(before_fork, in_parent, in_copy);
      return new Registry;
    }();
    return *registry;
  }

 private:
  void lock_all() {
    mutex.lock();
    for (auto* each : all) each->lock();
    starting.lock();
  }
  void unlock_all() {
    starting.unlock();
    for (auto* each : all) each->unlock();
    mutex.unlock();
  }

  /// Threads make variables holding one of these, and take one of these while they make variables:
  /// neither can come first, so all are let go while somebody makes one.
  static void before_fork() {
    auto& registry = instance();
    const auto until = std::chrono::steady_clock::now() + first_uses::kLongest;
    for (registry.lock_all(); !first_uses::close_if_idle(); registry.lock_all()) {
      if (std::chrono::steady_clock::now() > until) return first_uses::close_anyway();
      registry.unlock_all();
      std::this_thread::sleep_for(std::chrono::microseconds(100));
    }
  }
  static void in_parent() {
    first_uses::open();
    instance().unlock_all();
  }
  static void in_copy() {
    first_uses::open_in_copy();
    instance().unlock_all();
  }
};

/// Made while the program is loaded, so that no copy is made in the middle of it.
[[maybe_unused]] const auto& at_load = Registry::instance();

}  // namespace

std::mutex& thread_start_gate() { return Registry::instance().starting; }

ForkSafeMutex::ForkSafeMutex() {
  auto& registry = Registry::instance();
  const std::lock_guard lock(registry.mutex);
  registry.all.push_back(this);
}

ForkSafeMutex::~ForkSafeMutex() {
  auto& registry = Registry::instance();
  const std::lock_guard lock(registry.mutex);
  std::erase(registry.all, this);
}

}  // namespace insitu
