#pragma once
// The printed form of a data source object.
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace insitu {

/// `descriptor`: a source as requests name it (docs/requests.md).
std::string source_report(const nlohmann::json& descriptor);

}  // namespace insitu
