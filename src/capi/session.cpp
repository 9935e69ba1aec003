#include "capi/session.hpp"

#include <unistd.h>

#include <mutex>
#include <string>

#include "base/error.hpp"
#include "capi/database_contexts.hpp"
#include "capi/hadoop_checks.hpp"

namespace insitu {

namespace {

/// Made while the program is loaded: a copy that is forked in the middle of it would have none.
[[maybe_unused]] const auto& at_load = Session::instance();

}  // namespace

Session& Session::instance() {
  add_database_contexts();  // before the first description of a context is read
  add_hadoop_checks();
  // What is kept at the end of the process goes with it, but not in a forked copy, whose files,
  // workers and threads are not its own.
  static const auto owner = ::getpid();
  static const std::unique_ptr<Session, void (*)(Session*)> session(new Session, [](Session* all) {
    if (owner == ::getpid()) delete all;
  });
  return *session;
}

std::int64_t Handles::add(std::shared_ptr<Handle> handle) {
  const std::lock_guard lock(mutex_);
  handles_.emplace(++last_, Entry{std::move(handle), ::getpid()});
  return last_;
}

std::shared_ptr<Handle> Handles::find(std::int64_t number, bool remove) {
  const std::lock_guard lock(mutex_);
  const auto found = handles_.find(number);
  if (found == handles_.end())
    throw InvalidArgument("no data source is open under handle " + std::to_string(number));
  if (found->second.owner != ::getpid())
    throw InvalidArgument(
        "the data source was opened by the process that this one was forked from; open it here");
  auto handle = found->second.handle;
  if (remove) handles_.erase(found);
  return handle;
}

bool Handles::empty() const {
  const std::lock_guard lock(mutex_);
  return handles_.empty();
}

void Handles::clear() {
  const std::lock_guard lock(mutex_);
  handles_.clear();
}

}  // namespace insitu
