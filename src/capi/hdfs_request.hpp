#pragma once
// Files of HDFS as the languages and the command line handle them (docs/requests.md, "hdfs").
#include <nlohmann/json_fwd.hpp>

#include "capi/call.hpp"

namespace insitu {

nlohmann::json hdfs_request(Call&);

}  // namespace insitu
