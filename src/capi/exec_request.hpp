#pragma once
// The operation "exec": tasks of the caller's language in the workers of a context (docs/exec.md).
#include <nlohmann/json_fwd.hpp>

#include "capi/call.hpp"

namespace insitu {

/// {"tasks", "failed", "seconds"}. Throws Unsupported when the context runs no tasks.
nlohmann::json exec_request(Call&);

}  // namespace insitu
