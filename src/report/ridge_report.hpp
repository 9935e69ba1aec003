#pragma once
// The printed forms of rxRidgeReg and rxElasticNet.
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "report/header.hpp"

namespace insitu {

/// The coefficients, a row for each lambda.
std::string ridge_report(const nlohmann::json& reply, const ReportHeader&);

/// For each penalty the columns that are in and R squared.
std::string elastic_net_report(const nlohmann::json& reply, const ReportHeader&);

}  // namespace insitu
