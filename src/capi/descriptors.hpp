#pragma once
// The documents that name what is read and written (docs/requests.md, "Sources and targets").
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

namespace insitu {

/// The descriptor of what is read, as an object: a path is what its ending says (file_kind.hpp).
/// `what` names it in messages ("data", "inData").
nlohmann::json descriptor_of(const nlohmann::json& value, const char* what);
/// ... of what is written ("outFile"); `composite`: whether the call wants a composite
/// set, where it says so.
nlohmann::json target_descriptor_of(const nlohmann::json& value, const char* what,
                                    std::optional<bool> composite = std::nullopt);

/// For printed headers: "RxXdfData", "RxTextData", "data.frame".
std::string class_of(const nlohmann::json& descriptor);
/// The path, or "" where there is none.
std::string file_of(const nlohmann::json& descriptor);

}  // namespace insitu
