#pragma once
// A folder of files that appears whole or not at all, as base/new_file.hpp does for one file: it is
// filled under a hidden name beside its target and takes its place by one rename. What was there
// before goes after the disk has the new one. One thread fills one NewFolder.
#include <sys/types.h>

#include <string>

#include "base/put_in_place.hpp"

namespace insitu {

class NewFolder {
 public:
  /// Creates the temporary folder. A target that is a symbolic link is followed. Throws DataError
  /// when the folder around it is missing or not writable.
  explicit NewFolder(const std::string& target, const Expected& = Expected::anything());
  ~NewFolder();
  NewFolder(const NewFolder&) = delete;
  NewFolder& operator=(const NewFolder&) = delete;

  /// Where to put files until commit().
  const std::string& temporary_path() const { return temporary_; }
  const std::string& target() const { return target_; }
  /// Creates a folder in it and returns its path.
  std::string add_folder(const std::string& name);

  /// Takes the target's place; mode and owner of a folder that was there are kept. Throws
  /// DataError, also when something else lies there than was expected; then the target is as it
  /// was. REQUIRES: all files in it are committed.
  void commit();

 private:
  std::string target_;
  Expected expected_;
  std::string temporary_;
  int descriptor_ = -1;
  pid_t owner_;
  bool committed_ = false;
};

}  // namespace insitu
