#pragma once
// Where insitu-worker and other parts of the installation lie.
#include <initializer_list>
#include <string>

namespace insitu {

/// The path of insitu-worker: $INSITU_WORKER, else beside the running program or the library that
/// this code is in, in the places of an installation (../bin, ../libexec/insitu) or of a build tree
/// (hosts/worker). Throws WorkerError that lists where it was looked for.
std::string find_worker();

/// The one that decodes Parquet and ORC in a process of its own: $INSITU_DECODING_WORKER where the
/// other is built without a way to load libraries (insitu-worker-static), else find_worker().
std::string find_decoding_worker();

/// The path of a file that belongs to the installation: what `variable` of the environment names,
/// else in `places` (relative to the running program, or to the library that this code is in), else
/// in `build_folder` of a build tree around it. Throws WorkerError that lists where it was looked
/// for.
std::string find_companion(const std::string& name, const char* variable,
                           const std::string& build_folder,
                           std::initializer_list<const char*> places);

}  // namespace insitu
