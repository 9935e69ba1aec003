#pragma once
// The ops "refit" and "combine" (docs/requests.md): models and sums of kept moments, without data.
#include <nlohmann/json.hpp>

#include "algorithms/kept_moments.hpp"
#include "capi/call.hpp"

namespace insitu {

/// Moments as a request has them: base64, {"file": path}, or {"covariance": a reply of rxCovCor}.
/// Throws InvalidArgument for anything else; DataError for damaged moments and files that cannot be
/// read.
KeptMoments moments_in(const nlohmann::json& value);
/// What a reply says of a call that had them.
nlohmann::ordered_json about_moments(const Call&, const nlohmann::json& moments);

/// Throws InvalidArgument: no moments, a formula of which they hold not all; errors as moments_in.
nlohmann::ordered_json refit_request(Call&);

/// Throws InvalidArgument: fewer than two, moments of different models; errors as moments_in.
nlohmann::ordered_json combine_request(Call&);

}  // namespace insitu
