#include "base/current_call.hpp"

#include <chrono>
#include <unordered_set>

namespace insitu {

namespace {

struct Current {
  RunControl* control = nullptr;  // on the caller's thread only
  const CancelFlag* flag = nullptr;
  std::chrono::steady_clock::time_point asked{};
  std::unordered_set<std::string> warned;
};

thread_local Current* current = nullptr;

}  // namespace

CallScope::CallScope(RunControl& control) : outer_(current) {
  current = new Current{&control, &control.cancel, {}, {}};
}

CallScope::~CallScope() {
  delete current;
  current = static_cast<Current*>(outer_);
}

WorkScope::WorkScope(const CancelFlag* flag) : outer_(current) {
  current = new Current{nullptr, flag, {}, {}};
}

WorkScope::~WorkScope() {
  delete current;
  current = static_cast<Current*>(outer_);
}

const CancelFlag* current_cancel_flag() { return current ? current->flag : nullptr; }

void poll_current_call() {
  if (!current) return;
  if (current->control) {
    const auto now = std::chrono::steady_clock::now();
    if (now - current->asked >= std::chrono::milliseconds(20)) {
      current->asked = now;
      current->control->poll();
    }
  }
  if (current->flag) current->flag->throw_if_raised();
}

void warn_current_call(const std::string& text) {
  if (current && current->control && current->warned.insert(text).second)
    current->control->warn(text);
}

}  // namespace insitu
