#pragma once
// What is known of the machine that a context computes on, and whether it computes there.
#include <nlohmann/json.hpp>

#include "capi/call.hpp"

namespace insitu {

nlohmann::json node_info_request(Call&);
nlohmann::json ping_nodes_request(Call&);

}  // namespace insitu
