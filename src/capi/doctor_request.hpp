#pragma once
// The operation "doctor": what of this machine each compute context can use, and how to mend the
// rest.
#include "capi/call.hpp"

namespace insitu {

nlohmann::json doctor_request(Call&);

}  // namespace insitu
