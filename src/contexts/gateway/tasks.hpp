#pragma once
// Tasks of rxExec as jobs of a gateway (EXEC, docs/worker.md): batches of them go out as one job,
// and what came back without a value goes out again as the next one.
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "analysis/task_runner.hpp"
#include "contexts/gateway/job.hpp"

namespace insitu {

struct GatewayTasks {
  std::vector<std::string> worker;  ///< the command of workers of the tasks' language
  nlohmann::json arguments;         ///< of EXEC besides: what the tasks run over
  bool one_by_one = false;          ///< a batch is one task
  bool in_one_wave = false;         ///< as many batches as run at once: each takes long to start
};

/// As TaskRunner::run_tasks.
void run_gateway_tasks(const TaskCall&, const GatewayTasks&, GatewaySession&, RunControl&);

/// As RangeRunner::run_over_ranges: EXCHANGE, of which `job` is the reading of the pieces, then the
/// tasks over what the gateway keeps, until their end. `prints`: as GatewayReports.
void run_gateway_ranges(const DataSource& pieces, std::uint32_t ranges,
                        const std::vector<std::uint32_t>& range_of_task, const TaskCall&,
                        GatewayJob job, const std::vector<std::string>& worker, bool prints,
                        GatewaySession&, RunControl&);

}  // namespace insitu
