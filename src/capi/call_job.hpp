#pragma once
// Jobs that are a call of a language (docs/jobs.md): the requests of their runner, which is a
// program of that language.
#include <nlohmann/json.hpp>
#include <string>

#include "capi/call.hpp"

namespace insitu {

/// Refuses: no engine can run it.
nlohmann::json call_request(Call&);
/// Makes this process the runner; what was kept of the call goes to the caller's `done`.
nlohmann::json job_begin_request(Call&);
/// Says how far it is.
nlohmann::json job_tell_request(Call&);
/// The end, with the value of the call in the caller's `shared`, or with why there is none.
nlohmann::json job_end_request(Call&);

/// Writes why a job failed to its output, where that can be written.
void tell_error_of_job(const std::string& message);

}  // namespace insitu
