#pragma once
// A worker of a language that serves several calls. What a user's code leaves behind in its process
// (modules, variables, options, seeds, attached packages, open files) cannot be put back one by
// one, so no call is served by the process itself: it forks a copy before each, and the copy ends
// with the call. The next one then finds what a worker that has just been started would find.
#include <chrono>
#include <functional>
#include <optional>

#include "contexts/worker.hpp"

namespace insitu {

/// What a copy knows of itself.
class WorkerCopy {
 public:
  virtual ~WorkerCopy() = default;
  /// How long it may wait for its first task; nothing: as long as the line is open.
  virtual std::optional<std::chrono::milliseconds> idle_limit() const = 0;
  /// Nothing has been asked of this copy yet.
  virtual void warm_up() = 0;
  /// Ends this copy, so that a new one serves the next call, which may wait so long for it.
  [[noreturn]] virtual void replace(std::chrono::milliseconds idle_limit) = 0;
};

/// Serves by copies of this process, one after the other; `serve_call` runs in each. Returns, in
/// the original, the status that a copy has returned; one that ended otherwise takes the original
/// with it, the same way. Copies end with the original.
int serve_by_copies(const LanguageProcess&, const std::function<int(WorkerCopy&)>& serve_call);

}  // namespace insitu
