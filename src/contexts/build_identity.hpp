#pragma once
// What must agree between a worker and its host so that both compute the same bits.
#include <string>

namespace insitu {

/// Version of the frames (docs/worker.md).
inline constexpr int kWorkerProtocol = 1;

/// Version of the engine and of its sources: "0.1.0 3f2a9c17d0be", the hash that version control
/// has of src and hosts/jvm/src; "...-dirty-<hash of their content>" where they have been changed
/// since, "source-<hash of their content>" where there is no version control. Commits that leave
/// them as they are make no other version.
std::string source_version();

/// The same and the compiler that made it: "0.1.0 3f2a9c17d0be gcc 12.2.0".
std::string build_id();

/// What arithmetic depends on: the architecture alone, "x86-64". Neither the C library nor the
/// vectors or fused multiply-adds of a CPU show in results (math/elementary.hpp,
/// math/vector_width.hpp); long double, in which rowSums and rowMeans of an expression add, differs
/// between architectures.
std::string arithmetic();

}  // namespace insitu
