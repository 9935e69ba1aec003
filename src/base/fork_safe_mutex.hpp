#pragma once
// A mutex that a fork of the process finds free: the thread that forks takes all of them first, so
// that no other thread holds one, or is in the middle of what it guards, in the instant in which
// the copy is made. Without it a copy would wait for ever for a thread that it does not have.
#include <mutex>

namespace insitu {

/// REQUIRES: no thread takes two of them at once, or forks while it holds one.
class ForkSafeMutex : public std::mutex {
 public:
  ForkSafeMutex();
  ~ForkSafeMutex();
};

}  // namespace insitu
