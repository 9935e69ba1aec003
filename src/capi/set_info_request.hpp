#pragma once
// The operations "set_var_info" and "set_info": what a file or a data frame says of itself, changed
// without touching its rows.
#include "capi/call.hpp"

namespace insitu {

nlohmann::json set_var_info_request(Call&);
nlohmann::json set_info_request(Call&);

}  // namespace insitu
