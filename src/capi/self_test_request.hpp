#pragma once
// The op "sql_server_self_test": lines that verify on a user's server what could not be verified
// without one (docs/in-sql-server.md).
#include <nlohmann/json_fwd.hpp>

#include "capi/call.hpp"

namespace insitu {

nlohmann::json sql_server_self_test_request(Call&);

}  // namespace insitu
