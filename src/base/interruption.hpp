#pragma once
// How loops over bytes, names or rows hear that a call was cancelled, wherever they stand: whoever
// runs a call says so once for each thread, and no loop has to be handed the call.
#include "base/control.hpp"

namespace insitu {

/// While it lives, throw_if_cancelled() on this thread obeys `control`.
class WorkScope {
 public:
  enum class Thread {
    kOfTheCall,  ///< made the call: asks the caller, too, at most every 50 ms
    kWorker,     ///< looks at the flag alone
  };
  WorkScope(RunControl& control, Thread thread);
  ~WorkScope();
  WorkScope(const WorkScope&) = delete;
  WorkScope& operator=(const WorkScope&) = delete;

 private:
  RunControl* previous_;
  Thread previous_thread_;
};

/// Throws Cancelled when the call that this thread works for was cancelled. Cheap enough for every
/// step of a loop that does more than a few instructions. Does nothing outside a call.
void throw_if_cancelled();

}  // namespace insitu
