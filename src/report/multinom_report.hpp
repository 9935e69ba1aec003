#pragma once
// The printed forms of a multinomial logistic regression: print() shows the coefficients, a column
// a class; summary() a table of tests for each class.
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "report/header.hpp"

namespace insitu {

/// `reply`: the reply of the op "multinom_logit" (docs/methods.md), arrays in place.
std::string multinom_print(const nlohmann::json& reply, const ReportHeader&);
std::string multinom_summary(const nlohmann::json& reply, const ReportHeader&);

}  // namespace insitu
