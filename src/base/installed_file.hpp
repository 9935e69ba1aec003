#pragma once
// Files that belong to the installation: beside the library that this code is in, or beside the
// running program.
#include <filesystem>
#include <initializer_list>
#include <string>

namespace insitu {

struct InstalledFile {
  std::string path;         ///< "": it was not found
  std::string looked_near;  ///< the folders it was looked for from, for messages
};

/// The first file of this name that is `usable`: in `places` (relative to those folders), else in
/// `build_folder` of a build tree around them.
InstalledFile find_installed_file(const std::string& name,
                                  std::initializer_list<const char*> places,
                                  const std::filesystem::path& build_folder,
                                  bool (*usable)(const std::filesystem::path&));

}  // namespace insitu
