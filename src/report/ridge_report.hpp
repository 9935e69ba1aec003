#pragma once
// The printed form of rxRidgeReg.
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "report/header.hpp"

namespace insitu {

/// The coefficients, a row for each lambda.
std::string ridge_report(const nlohmann::json& reply, const ReportHeader&);

}  // namespace insitu
