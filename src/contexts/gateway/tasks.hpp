#pragma once
// Tasks of rxExec as jobs of a gateway (EXEC, docs/worker.md): batches of them go out as one job,
// and what came back without a value goes out again as the next one.
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "analysis/task_runner.hpp"
#include "contexts/gateway/session.hpp"

namespace insitu {

struct GatewayTasks {
  std::vector<std::string> worker;  ///< the command of workers of the tasks' language
  nlohmann::json arguments;         ///< of EXEC besides: what the tasks run over
  bool one_by_one = false;          ///< a batch is one task
};

/// As TaskRunner::run_tasks.
void run_gateway_tasks(const TaskCall&, const GatewayTasks&, GatewaySession&, RunControl&);

}  // namespace insitu
