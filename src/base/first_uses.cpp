#include "base/first_uses.hpp"

#include <cstdint>
#include <mutex>

namespace insitu::first_uses {

namespace {

// All of this is ready before the program runs, as nothing that is made at its first use can be.
constinit std::mutex gate;  // taken last of all; nothing is taken while it is held
constinit int making = 0;   // by all threads, one in another counted twice

/// By this thread, counted from kNone. It is not 0, so that programs have data of threads that are
/// no zeros: the linker of Debian 12 (mold 1.10) may let the read-only part of a program begin with
/// zeros of threads in a page that is not there, and the program does not start (of 300 programs
/// one did not).
constexpr int kNone = 1;
constinit thread_local int own = kNone;

int of_this_thread() { return own - kNone; }

void begin() {
  const std::lock_guard lock(gate);
  ++making;
  ++own;
}

void end() {
  const std::lock_guard lock(gate);
  --making;
  --own;
}

}  // namespace

bool close_if_idle() {
  gate.lock();
  if (making == of_this_thread()) return true;
  gate.unlock();
  return false;
}

void close_anyway() { gate.lock(); }

void open() { gate.unlock(); }

void open_in_copy() {
  making = of_this_thread();
  gate.unlock();
}

}  // namespace insitu::first_uses

// The C++ ABI (Itanium, 3.3.3): a variable is made between acquire, if it says 1, and release, or
// abort where that threw. The linker gives these names.
// NOLINTBEGIN(bugprone-reserved-identifier)
extern "C" {
int __real___cxa_guard_acquire(std::uint64_t* guard);
void __real___cxa_guard_release(std::uint64_t* guard);
void __real___cxa_guard_abort(std::uint64_t* guard);
int __wrap___cxa_guard_acquire(std::uint64_t* guard);
void __wrap___cxa_guard_release(std::uint64_t* guard);
void __wrap___cxa_guard_abort(std::uint64_t* guard);

int __wrap___cxa_guard_acquire(std::uint64_t* guard) {
  // Counted before the variable is taken, so that no fork comes between.
  insitu::first_uses::begin();
  const int ours = __real___cxa_guard_acquire(guard);
  if (!ours) insitu::first_uses::end();
  return ours;
}

void __wrap___cxa_guard_release(std::uint64_t* guard) {
  __real___cxa_guard_release(guard);
  insitu::first_uses::end();
}

void __wrap___cxa_guard_abort(std::uint64_t* guard) {
  __real___cxa_guard_abort(guard);
  insitu::first_uses::end();
}
}
// NOLINTEND(bugprone-reserved-identifier)
