#pragma once
// The operations "info", "var_info" and "head": what is known of a source, and its first or last
// rows.
#include "capi/call.hpp"

namespace insitu {

nlohmann::json info_request(Call&);
nlohmann::json var_info_request(Call&);
nlohmann::json head_request(Call&);

}  // namespace insitu
