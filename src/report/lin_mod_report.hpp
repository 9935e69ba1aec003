#pragma once
// The printed forms of a linear model: print() shows the coefficients, summary() their tests and
// the fit.
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "report/header.hpp"

namespace insitu {

/// `reply`: the reply of the op "lin_mod" (docs/requests.md), arrays in place.
std::string lin_mod_print(const nlohmann::json& reply, const ReportHeader&);
std::string lin_mod_summary(const nlohmann::json& reply, const ReportHeader&);

}  // namespace insitu
