#pragma once
// The operations "summary", "lin_mod" and "predict": the source is made and the pipeline applied
// here, the analyses know neither; printed forms are added to what they reply.
#include "capi/call.hpp"
#include "report/header.hpp"

namespace insitu {

nlohmann::json summary_request(Call&);
nlohmann::json lin_mod_request(Call&);
nlohmann::json predict_request(Call&);

/// From call, dataLabel, digits, weights and the source's descriptor.
ReportHeader report_header(const Call&, const nlohmann::json& descriptor);

}  // namespace insitu
