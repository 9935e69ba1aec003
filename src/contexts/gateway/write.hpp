#pragma once
// Files of a target that tasks of a job write: WRITE of gateways whose engine writes none itself
// (docs/worker.md, "Hadoop").
#include <functional>

#include "analysis/part_runner.hpp"
#include "contexts/gateway/job.hpp"

namespace insitu {

/// `job`: of the source, whose task has the mode "write"; its own runs of splits are not used.
/// Otherwise as PartRunner::write_parts. Throws WorkerError where a file is missing.
void write_gateway_parts(
    GatewayJob job, const PartJob&,
    const std::function<void(const std::string& name, std::uint64_t bytes, Bytes&& report)>& done,
    ProgressMeter&, GatewayReports&, GatewaySession&, RunControl&);

}  // namespace insitu
