#pragma once
// The printed layout of rxCovCor: the call, the data, the statistic and its matrix.
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "report/header.hpp"

namespace insitu {

/// `key`: the matrix among the fields of the reply; `statistic`: what it holds, printed in
/// capitals.
std::string matrix_report(const nlohmann::json& reply, const ReportHeader&, const char* key,
                          const std::string& statistic);

}  // namespace insitu
