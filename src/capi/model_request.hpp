#pragma once
// The ops "serialize_model" and "unserialize_model" (docs/requests.md): model files as bytes.
#include <nlohmann/json_fwd.hpp>

#include "capi/call.hpp"

namespace insitu {

/// Throws InvalidArgument for what is no fitted model, Unsupported for one with a function of a
/// language.
nlohmann::ordered_json serialize_model_request(Call&);

/// Throws DataError for bytes that are damaged, no model file, of a later format, or that hold no
/// result.
nlohmann::ordered_json unserialize_model_request(Call&);

}  // namespace insitu
