#pragma once
// The printed form of rxPca, after R's princomp.
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "report/header.hpp"

namespace insitu {

/// Standard deviations; with `summary` the shares of variance and the loadings, too.
std::string pca_report(const nlohmann::json& reply, const ReportHeader&, bool summary);

}  // namespace insitu
