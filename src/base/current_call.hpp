#pragma once
// The call that a thread works for, so that a loop deep inside a source can be interrupted and a
// source can warn without being handed the caller. Where nobody set a call (workers, tests) both do
// nothing.
#include <string>

#include "base/control.hpp"

namespace insitu {

/// On the thread that made the call: polling asks the caller, warnings reach it.
class CallScope {
 public:
  explicit CallScope(RunControl&);
  ~CallScope();
  CallScope(const CallScope&) = delete;
  CallScope& operator=(const CallScope&) = delete;

 private:
  void* outer_;
};

/// On a thread that works for a call: polling looks at its flag. Null: for no call.
class WorkScope {
 public:
  explicit WorkScope(const CancelFlag*);
  ~WorkScope();
  WorkScope(const WorkScope&) = delete;
  WorkScope& operator=(const WorkScope&) = delete;

 private:
  void* outer_;
};

/// The flag of this thread's call, to be handed to threads that help it; null for no call.
const CancelFlag* current_cancel_flag();

/// Throws Cancelled when this thread's call was interrupted. Cheap enough for every MiB of bytes or
/// some thousand names: the caller is asked at most every 20 ms.
void poll_current_call();

/// Warns the caller of this thread's call, each text once a call.
void warn_current_call(const std::string& text);

}  // namespace insitu
