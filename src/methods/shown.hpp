#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace insitu {

/// A value of a request as a message shows it: JSON of at most 60 characters, "..." for the rest.
std::string shown(const nlohmann::json& value);

}  // namespace insitu
