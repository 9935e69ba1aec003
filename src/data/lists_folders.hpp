#pragma once
// What a file system may offer beyond files (data/file_system.hpp): the folders of a folder.
#include <string>
#include <vector>

namespace insitu {

class ListsFolders {
 public:
  virtual ~ListsFolders() = default;
  /// Paths of the folders directly in a folder, sorted by name. Throws DataError.
  virtual std::vector<std::string> folders(const std::string& directory) const = 0;
};

}  // namespace insitu
