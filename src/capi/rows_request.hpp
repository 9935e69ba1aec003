#pragma once
// The operations "open", "read_next", "write_next" and "close": a source or target that stays open
// between calls.
#include "capi/call.hpp"

namespace insitu {

nlohmann::json open_request(Call&);
nlohmann::json read_next_request(Call&);
nlohmann::json write_next_request(Call&);
nlohmann::json close_request(Call&);

}  // namespace insitu
