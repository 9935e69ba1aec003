#pragma once
// The printed forms of analyses: what the request says of the call and the data, put in front of the results.
#include <nlohmann/json_fwd.hpp>

#include "capi/call.hpp"
#include "report/header.hpp"

namespace insitu {

/// From call, dataLabel, digits, weights and the source's descriptor.
ReportHeader report_header(const Call&, const nlohmann::json& descriptor);

/// Adds "printed" to the reply of "summary" or "lin_mod".
void add_printed(const Call&, nlohmann::json& reply);

}  // namespace insitu
