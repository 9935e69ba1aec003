#pragma once
// What must agree between a worker and its host so that both compute the same bits.
#include <string>

namespace insitu {

/// Version of the frames (docs/worker.md).
inline constexpr int kWorkerProtocol = 1;

/// Version of the engine and the compiler that made it: "0.1.0 gcc 12.2.0".
std::string build_id();

/// The instruction set that arithmetic uses here, with the mathematical library, which chooses its
/// own: "x86-64 fma glibc 2.36".
std::string arithmetic();

}  // namespace insitu
