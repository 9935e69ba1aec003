#pragma once
// What this process keeps between calls: contexts with what they have started, open handles, and
// what surveys of files have told. It ends with the process; a forked copy of the process begins
// with an empty one.
#include <cstdint>
#include <map>
#include <memory>

#include "base/fork_safe_mutex.hpp"
#include "contexts/kept_contexts.hpp"
#include "data/survey.hpp"
#include "remote/remote_engine.hpp"

namespace insitu {

struct Handle;

/// Sources and targets that are read and written piece by piece, by number.
class Handles {
 public:
  std::int64_t add(std::shared_ptr<Handle>);
  /// Throws InvalidArgument for a number under which nothing is open, or that the process has from
  /// the one that it was forked from.
  std::shared_ptr<Handle> find(std::int64_t number, bool remove = false);
  bool empty() const;
  /// What is written is not put in place.
  void clear();

 private:
  mutable ForkSafeMutex mutex_;
  std::int64_t last_ = 0;
  struct Entry {
    std::shared_ptr<Handle> handle;
    int owner = 0;  // process that opened it
  };
  std::map<std::int64_t, Entry> handles_;
};

class Session {
 public:
  static Session& instance();

  KeptContexts contexts;
  KeptEngines engines;  ///< on other machines
  Handles handles;
  Surveys surveys;

 private:
  Session() = default;
};

}  // namespace insitu
