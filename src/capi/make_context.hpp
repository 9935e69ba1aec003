#pragma once
// From a request's "context" to the compute context (docs/requests.md, "Contexts").
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "analysis/compute_context.hpp"

namespace insitu {

/// Null: RxLocalSeq on all cores. Throws InvalidArgument for an unknown type or option (did you mean).
std::unique_ptr<ComputeContext> make_context(const nlohmann::json& description);

/// The types that make_context knows.
std::vector<std::string> context_types();

}  // namespace insitu
