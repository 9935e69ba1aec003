#pragma once
// Requests are checked before anything runs, by the table of operations (methods/operations.hpp).
#include <nlohmann/json_fwd.hpp>

namespace insitu {

/// Throws InvalidArgument for an unknown operation or key (did you mean), and for a key of another
/// kind.
void check_request(const nlohmann::json& request);

}  // namespace insitu
