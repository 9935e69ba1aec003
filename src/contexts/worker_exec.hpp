#pragma once
// A worker's part of rxExec: tasks of mode `exec` (docs/worker.md).
#include <nlohmann/json_fwd.hpp>

#include "contexts/task_session.hpp"
#include "contexts/worker.hpp"

namespace insitu {

/// Used by one thread.
class WorkerExec {
 public:
  explicit WorkerExec(const ExecFunction& function) : function_(function) {}

  /// Runs the tasks of a TASK frame: RESULT frames, then END. Throws Unsupported for a worker
  /// without a language, DataError for a frame that contradicts itself, what loading `shared`
  /// throws, HostGone.
  void run(TaskSession& session, const nlohmann::json& task, const Bytes& payload);
  /// A new call begins.
  void forget() { has_shared_ = false; }

 private:
  const ExecFunction& function_;
  bool has_shared_ = false;
};

}  // namespace insitu
