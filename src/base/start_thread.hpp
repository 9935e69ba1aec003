#pragma once
// How threads are started here. The C library makes the stack of a thread that has ended ready for
// the next one step by step: it gives back what the old one had, then forgets it. A copy of the
// process that is forked between the two gives it back once more when it starts a thread itself,
// and is ended for it. So no copy is made while a thread of ours is being started.
#include <mutex>
#include <thread>
#include <utility>

namespace insitu {

/// A fork of the process takes it after every ForkSafeMutex (fork_safe_mutex.cpp), so that whoever
/// holds one of those may start a thread.
std::mutex& thread_start_gate();

/// std::thread(run), or std::jthread(run). Throws what that throws.
template <class Thread = std::thread, class F>
Thread start_thread(F&& run) {
  const std::lock_guard gate(thread_start_gate());
  return Thread(std::forward<F>(run));
}

}  // namespace insitu
