#pragma once
// The ops "refit" and "combine" (docs/requests.md): models and sums of kept moments, without data.
#include <nlohmann/json.hpp>

#include "capi/call.hpp"

namespace insitu {

/// Throws InvalidArgument: no moments, a formula of which they hold not all; DataError for damaged
/// moments and files that cannot be read.
nlohmann::ordered_json refit_request(Call&);

/// Throws InvalidArgument: fewer than two, moments of different models; DataError as above.
nlohmann::ordered_json combine_request(Call&);

}  // namespace insitu
