#pragma once
#include <optional>
#include <string>

namespace insitu {

/// The key under which a gateway finds what `configured_file_system()` said when `fs.defaultFS` is
/// set to this machine's: names such as hdfs:///file, which name no host, mean that one still.
inline constexpr const char* kConfiguredFileSystemKey = "insitu.fs.configured";

/// The default file system of the Hadoop configuration that the environment names; nothing where it
/// names this machine's or none, or where it cannot be read, which Hadoop says itself.
std::optional<std::string> configured_file_system();

}  // namespace insitu
