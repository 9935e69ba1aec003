#include "capi/c/guarded.hpp"

namespace insitu::c {

namespace {

struct LastError {
  std::string text;
  int code = INSITU_OK;
};

LastError& last_error() {
  thread_local LastError error;
  return error;
}

}  // namespace

void set_error(int code, const char* text) noexcept {
  try {
    last_error() = {text, code};
  } catch (...) {
    last_error().code = code;
  }
}

Callbacks callbacks_of(const insitu_callbacks* given, const std::atomic<bool>* cancelled) {
  Callbacks callbacks;
  const auto all = given ? *given : insitu_callbacks{};
  callbacks.interrupted = [all, cancelled] {
    return (cancelled && cancelled->load(std::memory_order_relaxed)) ||
           (all.interrupted && all.interrupted(all.user) != 0);
  };
  if (all.progress)
    callbacks.progress = [all](const Progress& p) {
      const insitu_progress step{p.rows_read, p.rows_processed, p.rows_total, p.chunk_seconds,
                                 p.seconds,   p.resident_bytes, p.pass,       p.finished};
      all.progress(all.user, &step);
    };
  if (all.warning)
    callbacks.warning = [all](const std::string& text) { all.warning(all.user, text.c_str()); };
  if (all.output)
    callbacks.output = [all](const std::string& text) { all.output(all.user, text.c_str()); };
  return callbacks;
}

}  // namespace insitu::c

const char* insitu_last_error(void) { return insitu::c::last_error().text.c_str(); }

int insitu_last_error_code(void) { return insitu::c::last_error().code; }
