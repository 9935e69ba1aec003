#pragma once
// The moment at which readers see a new file or folder instead of what was there: one rename, and
// the promise that nothing else was there than its writer knew of.
#include <string>

#include "base/file_identity.hpp"

namespace insitu {

/// What a writer expects at its target when it commits.
struct Expected {
  enum class What { kAnything, kNothing, kVersion };
  What what = What::kAnything;
  FileIdentity version;  ///< of a folder only device and inode count

  static Expected anything() { return {}; }
  static Expected nothing() { return {What::kNothing, {}}; }
  static Expected version_of(const FileIdentity& version) { return {What::kVersion, version}; }
};

/// Gives the file `from` the name `to`, of which it takes the place. Throws DataError when
/// something else lies there than was expected; then nothing has changed.
void put_file_in_place(const std::string& from, const std::string& to, const Expected&);

/// The same for a folder. Returns whether there was one: it then lies at `from`, for the caller to
/// remove. An (empty) file is replaced too.
bool put_folder_in_place(const std::string& from, const std::string& to, const Expected&);

/// Waits until the disk has the entries of a folder. Not every file system can; then nothing
/// happens.
void sync_folder(const std::string& folder);

/// The file that a path means: symbolic links are followed, also to what does not exist yet, as
/// writing to the path would. Throws DataError for links that lead to themselves.
std::string follow_links(const std::string& path);

}  // namespace insitu
