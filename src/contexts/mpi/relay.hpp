#pragma once
// What a client and the ranks of MPI say to each other (docs/worker.md, "The ranks"): RELAY frames,
// whose request is the number of a rank, from 0. One without a document holds a frame of or for the
// worker beside that rank; the others say what is to be done with it or what became of it.
#include <cstddef>

namespace insitu {

namespace relay {

/// To a rank: a worker is started in place of the one that is there: `command`, `life` (a number
/// that this worker is known by).
inline constexpr const char* kStart = "start";
/// To a rank: the worker is killed.
inline constexpr const char* kEnd = "end";
/// To a rank, from rank 0: all is over.
inline constexpr const char* kLeave = "leave";
/// From a rank: the worker runs: `life`, `pid`; or could not be started: `life`, `error`.
inline constexpr const char* kStarted = "started";
/// From a rank: `lines` that the worker said on standard error.
inline constexpr const char* kSaid = "said";
/// From a rank: the worker has ended: `words`, `killed`.
inline constexpr const char* kEnded = "ended";

}  // namespace relay

/// So many bytes may wait for one receiver; then nothing more is read for it.
inline constexpr std::size_t kMostQueued = 32 << 20;

}  // namespace insitu
