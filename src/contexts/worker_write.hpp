#pragma once
// Tasks that write (docs/worker.md, mode "write"): rows of some splits become whole files, whose
// bytes go to the host.
#include <cstdint>
#include <functional>
#include <nlohmann/json_fwd.hpp>

#include "contexts/task_session.hpp"
#include "contexts/worker.hpp"

namespace insitu {

/// Writes the parts of the task `task`. `begins` hears of each split, `done` of rows of the source.
void write_parts(TaskSession&, const nlohmann::json& task, const DataSource&, const WorkerParts&,
                 const std::function<void(const Split&)>& begins,
                 const std::function<void(std::int64_t rows)>& done);

/// What a task says of a part, and of the target that all tasks share, in the document `write`.
nlohmann::json part_to_json(const PartPlan&);
PartPlan part_from_json(const nlohmann::json&);

}  // namespace insitu
