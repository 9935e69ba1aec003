#pragma once
// The text of @script: a JSON object, checked before anything else is done.
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace insitu::sql_server {

inline constexpr int kProtocol = 1;  ///< {"rx": 1, ...}

/// Throws InvalidArgument for what is no object of this protocol.
nlohmann::json parse_script(const std::string& text);
/// Throws InvalidArgument for keys that are not among these (did you mean).
void check_keys(const nlohmann::json& script, const std::vector<std::string>& known);
/// The request of a method without anything that names a file or a place: rows are the query's.
/// `rows`: it may transform and select them, as a whole request can. Throws InvalidArgument.
nlohmann::json checked_analysis(const nlohmann::json& script, bool rows);

}  // namespace insitu::sql_server
