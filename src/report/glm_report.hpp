#pragma once
// The printed forms of logistic regressions and of generalized linear models.
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "report/header.hpp"

namespace insitu {

/// `reply`: the reply of the op "logit" (docs/requests.md), arrays in place.
std::string logit_print(const nlohmann::json& reply, const ReportHeader&);
std::string logit_summary(const nlohmann::json& reply, const ReportHeader&);

/// The same of the op "glm".
std::string glm_print(const nlohmann::json& reply, const ReportHeader&);
std::string glm_summary(const nlohmann::json& reply, const ReportHeader&);

}  // namespace insitu
