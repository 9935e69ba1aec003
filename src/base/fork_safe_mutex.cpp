#include "base/fork_safe_mutex.hpp"

#include <pthread.h>

#include <algorithm>
#include <vector>

namespace insitu {

namespace {

/// All that there are. Never destroyed: a process may fork until its last moment.
struct Registry {
  std::mutex mutex;  // of the list, taken before those in it
  std::vector<ForkSafeMutex*> all;

  static Registry& instance() {
    static auto* const registry = [] {
      ::pthread_atfork(before_fork, after_fork, after_fork);
      return new Registry;
    }();
    return *registry;
  }

 private:
  static void before_fork() {
    auto& registry = instance();
    registry.mutex.lock();
    for (auto* each : registry.all) each->lock();
  }
  static void after_fork() {
    auto& registry = instance();
    for (auto* each : registry.all) each->unlock();
    registry.mutex.unlock();
  }
};

/// Made while the program is loaded, so that no copy is made in the middle of it.
[[maybe_unused]] const auto& at_load = Registry::instance();

}  // namespace

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
