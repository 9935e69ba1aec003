#pragma once
// The operation "doctor": what of this machine each compute context can use, and how to mend the
// rest.
#include <string>

#include "capi/call.hpp"

namespace insitu {

nlohmann::json doctor_request(Call&);

/// One check; `mend` says what to do where it fails.
nlohmann::json doctor_check(const char* what, bool ok, std::string found, std::string mend = "");
/// `name` and whether it is usable: all of its checks are passed.
nlohmann::json doctor_context(const char* name, nlohmann::json checks);
/// The reply, with its printed form.
nlohmann::json doctor_reply(nlohmann::json contexts, nlohmann::json formats);

}  // namespace insitu
