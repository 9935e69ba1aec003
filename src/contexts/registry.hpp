#pragma once
// The compute contexts of this machine, by the name of their class or their nickname: one line each
// in registry.cpp.
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "analysis/compute_context.hpp"

namespace insitu {

/// From a description (docs/requests.md, "Contexts"): {"type": "RxProcesses", "numWorkers": 2};
/// null: RxLocalSeq on all cores. Starts nothing. Throws InvalidArgument for an unknown type, key
/// or value (did you mean).
std::unique_ptr<ComputeContext> context_from_json(const nlohmann::json& description);

/// Class names that the registry knows, for messages.
std::vector<std::string> context_class_names();

}  // namespace insitu
