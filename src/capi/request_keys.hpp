#pragma once
// Which keys each request may have, as a table. Checked before anything runs.
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace insitu {

/// The operations by name, for messages.
std::vector<std::string> operations();

/// All keys that some request may have, each once.
std::vector<std::string> request_keys();

/// Throws InvalidArgument for an unknown operation or key (did you mean), and for a key of another
/// kind.
void check_request(const nlohmann::json& request);

}  // namespace insitu
