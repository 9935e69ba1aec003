#pragma once
// The operations on jobs (docs/jobs.md): requests that are run by a process of their own, and what
// becomes of them.
#include <nlohmann/json.hpp>

#include "capi/call.hpp"

namespace insitu {

nlohmann::json job_submit_request(Call&);
nlohmann::json job_list_request(Call&);
nlohmann::json job_show_request(Call&);
nlohmann::json job_output_request(Call&);
nlohmann::ordered_json job_result_request(Call&);
nlohmann::json job_finish_request(Call&);
nlohmann::json job_wait_request(Call&);
nlohmann::json job_cancel_request(Call&);
nlohmann::json job_remove_request(Call&);
/// In the runner: what it needs of the language, and the work itself where the engine does it.
nlohmann::json job_function_request(Call&);
nlohmann::json job_run_request(Call&);

}  // namespace insitu
