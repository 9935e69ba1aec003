#pragma once
// The parts of the module, and what they share.
#include <nanobind/nanobind.h>

#include "base/error.hpp"

namespace insitu_python {

/// Raises an error of the engine as its class in insitu.errors; an interrupt as Python's.
[[noreturn]] void raise_python(insitu::ErrorCode code, const char* text);

/// The two ends of a remote session (sessions/near_end.hpp, far_end.hpp).
void bind_sessions(nanobind::module_& module);

}  // namespace insitu_python
