#pragma once
// The printed forms of a linear model: print() shows the coefficients, summary() their tests and
// the fit.
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "report/header.hpp"

namespace insitu {

/// What stands above the coefficients of a regression, up to the missing observations.
/// `sum_of_weights`: instead of the valid observations, with frequency weights.
std::string regression_header(const nlohmann::json& reply, const ReportHeader&,
                              const std::string& title, bool sum_of_weights);
/// The coefficients alone, a column for each name in a field of the reply.
std::string coefficients_text(const nlohmann::json& reply, const ReportHeader&,
                              const char* columns = "y.names");
/// How many coefficients were dropped.
std::size_t dropped_count(const nlohmann::json& reply);

/// `reply`: the reply of the op "lin_mod" (docs/requests.md), arrays in place.
std::string lin_mod_print(const nlohmann::json& reply, const ReportHeader&);
std::string lin_mod_summary(const nlohmann::json& reply, const ReportHeader&);

}  // namespace insitu
