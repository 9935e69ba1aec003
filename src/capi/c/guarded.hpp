#pragma once
// What the files of the C interface share. Exceptions end in them: each function that can fail is
// one call of `guarded`.
#include <insitu/insitu.h>

#include <atomic>
#include <exception>
#include <string>

#include "base/error.hpp"
#include "capi/facade.hpp"

struct insitu_reply {
  insitu::Reply reply;
  std::string whole;  // once it was asked for

  ~insitu_reply() {
    for (auto& frame : reply.frames)
      if (frame.release) frame.release(&frame);
  }
};

namespace insitu::c {

/// Of this thread; `code` 0: the last call went well.
void set_error(int code, const char* text) noexcept;

/// Runs `f`; what it throws becomes the thread's last error and `failed`.
template <class R, class F>
R guarded(R failed, F&& f) noexcept {
  try {
    set_error(INSITU_OK, "");
    return f();
  } catch (const Error& error) {
    set_error(static_cast<int>(error.code()), error.what());
  } catch (const std::exception& error) {
    set_error(INSITU_INTERNAL, error.what());
  } catch (...) {
    set_error(INSITU_INTERNAL, "an unknown exception");
  }
  return failed;
}

inline void require(const void* pointer, const char* name) {
  if (!pointer) throw InvalidArgument(std::string(name) + " is NULL");
}

/// `given` may be null, and `cancelled`: nobody raises it.
Callbacks callbacks_of(const insitu_callbacks* given, const std::atomic<bool>* cancelled);

}  // namespace insitu::c
