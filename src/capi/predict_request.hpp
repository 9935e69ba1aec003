#pragma once
// The op "predict" (docs/requests.md): the columns of a model of any kind, written behind those of
// the data or elsewhere.
#include <nlohmann/json_fwd.hpp>

#include "capi/call.hpp"

namespace insitu {

/// Throws InvalidArgument: no model, unknown variables, options that the model cannot serve;
/// DataError for a damaged model.
nlohmann::json predict_request(Call&);

/// The op "coefficient_labels": labels in the style of R. Throws InvalidArgument as vif_request.
nlohmann::ordered_json labels_request(Call&);

/// The op "vif": variance inflation factors of the terms of a model. Throws InvalidArgument: no
/// model, or one without them.
nlohmann::ordered_json vif_request(Call&);

}  // namespace insitu
