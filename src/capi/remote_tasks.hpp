#pragma once
// Tasks of rxExec on another machine: workers of R or Python run there, each over a session of the
// connection, and are given their tasks from here (docs/exec.md).
#include <nlohmann/json.hpp>
#include <string>

#include "base/control.hpp"
#include "remote/ssh_target.hpp"

namespace insitu {

/// Puts into the request "exec" how workers are started on that machine, in `folder`, and how many:
/// as `inner`, the context there, says. Throws Unsupported where the package is not there, or the
/// context there has no workers.
void send_tasks_to(const SshTarget&, const std::string& folder, const nlohmann::json& inner,
                   nlohmann::json& document, RunControl&);

}  // namespace insitu
