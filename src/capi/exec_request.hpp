#pragma once
// The operation "exec": tasks of the caller's language in the workers of a context (docs/exec.md).
#include <nlohmann/json_fwd.hpp>

#include "capi/call.hpp"

namespace insitu {

/// The checks of a request, those of its context aside.
void check_exec(const Call&);

/// What the face of a request calls it.
const char* function_of_tasks(const nlohmann::json& document);

/// {"tasks", "failed", "seconds"}. Throws Unsupported when the context runs no tasks.
nlohmann::json exec_request(Call&);

}  // namespace insitu
