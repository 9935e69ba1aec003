#pragma once
// Two file systems behind one: paths of this machine (and file: URIs) go to the first, URIs with
// another scheme (hdfs://...) to the second.
#include <memory>

#include "data/file_system.hpp"

namespace insitu {

std::shared_ptr<const FileSystem> routed_file_system(std::shared_ptr<const FileSystem> native,
                                                     std::shared_ptr<const FileSystem> remote);

/// The path of a file: URI; other texts as they are.
std::string native_path(const std::string& path);
/// Whether a path is a URI of another file system: "hdfs://host/a", not "/a", "C:\a" or
/// "file:///a".
bool is_remote_path(const std::string& path);

}  // namespace insitu
