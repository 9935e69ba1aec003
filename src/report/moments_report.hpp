#pragma once
// The printed form of rxMoments.
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "report/header.hpp"

namespace insitu {

/// What the moments are of, and how many rows they sum.
std::string moments_report(const nlohmann::json& reply, const ReportHeader&);

}  // namespace insitu
