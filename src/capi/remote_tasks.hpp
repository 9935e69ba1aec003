#pragma once
// Tasks of rxExec on another machine: workers of R or Python run there, each over a session of the
// connection, and are given their tasks from here (docs/exec.md).
#include <nlohmann/json.hpp>
#include <string>

#include "base/control.hpp"
#include "remote/ssh_target.hpp"

namespace insitu {

/// Throws Unsupported where the context there has no workers of ours for tasks.
void check_tasks_there(const nlohmann::json& inner);
/// The same for a job, whose runner is a process there, and so may start ranks of MPI.
void check_runner_there(const nlohmann::json& inner);

/// Puts into the request "exec" how workers are started on that machine, in `folder`, and how many:
/// as `inner`, the context there, says. Throws Unsupported where the package is not there, or the
/// context there has no workers.
void send_tasks_to(const SshTarget&, const std::string& folder, const nlohmann::json& inner,
                   nlohmann::json& document, RunControl&);

}  // namespace insitu
