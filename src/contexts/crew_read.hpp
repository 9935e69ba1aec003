#pragma once
// Rows through the workers of a crew.
#include <functional>

#include "base/control.hpp"
#include "contexts/worker_seat.hpp"
#include "data/source.hpp"

namespace insitu {

/// ComputeContext::read on the workers of a crew, each with one split at a time.
void read_by_crew(WorkerCrew& crew, const DataSource& source, const ReadOptions& options,
                  const std::function<void(const Chunk&)>& consume, RunControl& control);

}  // namespace insitu
