#pragma once
// The file systems of a cluster as its gateway sees them (FS calls).
#include <functional>
#include <memory>

#include "base/file_versions.hpp"
#include "contexts/gateway/session.hpp"
#include "data/file_system.hpp"

namespace insitu {

/// The session is asked for with the first question. Versions of the files that are asked about are
/// noted in `served`: tasks have to find the same.
std::shared_ptr<const FileSystem> gateway_file_system(
    std::function<GatewaySession&(RunControl&)> session, std::shared_ptr<FileVersions> served);

}  // namespace insitu
