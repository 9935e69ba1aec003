#pragma once
// A file system that knows which versions of files a call reads (base/file_versions.hpp).
#include <memory>

#include "base/file_versions.hpp"
#include "data/file_system.hpp"

namespace insitu {

/// `files`, each of which is seen by `versions` when it is opened.
std::shared_ptr<const FileSystem> watched_files(std::shared_ptr<const FileSystem> files,
                                                std::shared_ptr<FileVersions> versions);

}  // namespace insitu
