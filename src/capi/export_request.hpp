#pragma once
// The op "export_model" (docs/requests.md): a fitted model as SQL, C or PMML.
#include <nlohmann/json_fwd.hpp>

#include "capi/call.hpp"
#include "methods/exports/scored_model.hpp"

namespace insitu {

/// The model of a request with its transforms. Throws as scored_model().
ScoredModel exportable_model(const Options& request);

/// Throws Unsupported that names the term which the language cannot express; DataError for a
/// damaged model, a file that exists, or that cannot be written.
nlohmann::json export_model_request(Call&);

}  // namespace insitu
