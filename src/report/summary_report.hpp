#pragma once
// The printed form of a summary (print() and summary() are the same).
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "report/header.hpp"

namespace insitu {

/// `reply`: the reply of the op "summary" (docs/requests.md).
std::string summary_report(const nlohmann::json& reply, const ReportHeader&);

}  // namespace insitu
