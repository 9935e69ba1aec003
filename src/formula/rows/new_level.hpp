#pragma once
// A factor that a function of the user makes has a level that was not known when the call began.
// Who runs the call finds all levels and begins again (capi/piped_run.hpp); it never crosses the C
// border.
#include <string>

#include "base/error.hpp"

namespace insitu {

/// Comes back from workers as an Error of this code.
inline constexpr auto kNewLevel = static_cast<ErrorCode>(8);

struct NewLevel : Error {
  explicit NewLevel(const std::string& message) : Error(message, kNewLevel) {}
};

}  // namespace insitu
