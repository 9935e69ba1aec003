#pragma once
// The printed form of an explanation (docs/explain.md), and of the record of a call that has run.
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace insitu {

/// `explained`: the reply of the operation "explain", or the "execution" of another reply.
std::string explain_report(const nlohmann::ordered_json& explained);

}  // namespace insitu
