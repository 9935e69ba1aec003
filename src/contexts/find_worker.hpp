#pragma once
// Where insitu-worker lies.
#include <string>

namespace insitu {

/// The path of insitu-worker: $INSITU_WORKER, else beside the running program or the library that
/// this code is in, in the places of an installation (../bin, ../libexec/insitu) or of a build tree
/// (hosts/worker). Throws WorkerError that lists where it was looked for.
std::string find_worker();

}  // namespace insitu
