#pragma once
// The part of a request that travels inside a model: the transforms with which it was fitted. What
// is read back comes from a file that anybody may have written, so it is data: the keys below,
// checked, and never an argument of the call (docs/decisions/007-files-are-data.md).
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace insitu {

/// The keys of a fit's request that make its variables ("transforms", "transformObjects",
/// "transformFunc" without code and commands, "transformVars", "transformPackages") as the text
/// that is kept in the model; "" if there are none. Rows are selected anew where the model is used.
std::string model_pipeline(const nlohmann::json& request);

/// The keys read back: an object, empty for "". Throws DataError for anything that model_pipeline()
/// cannot have written: other keys, other types, more than 64 MiB, control of the call.
nlohmann::json model_pipeline_from(std::string_view text);

/// `request` with the keys of a model's pipeline where it does not have its own.
nlohmann::json with_model_pipeline(nlohmann::json request, const nlohmann::json& pipeline);

}  // namespace insitu
