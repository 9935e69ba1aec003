#pragma once
// The versions of the files that a call reads. The first sight of a file says which version the
// call is about; another one later in the same call is an error that names the file, wherever it is
// met: in this process, or in a worker whose task names the versions.
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/file_identity.hpp"

namespace insitu {

/// Safe to use from several threads.
class FileVersions {
 public:
  using List = std::vector<std::pair<std::string, std::string>>;  ///< path, FileIdentity::text()

  FileVersions() = default;
  /// Of a task: what its host has seen.
  explicit FileVersions(const List& expected);

  /// `path` has been opened, and it is this version. Throws DataError when the call knows it as
  /// another. Text that is appended to while it is read is no other version; an .xdf has none that
  /// grows.
  void see(const std::string& path, const FileIdentity&);
  /// Looks at all files again: throws DataError for the first that is no longer what was read.
  void check() const;
  /// The version of a file that the call has read.
  std::optional<FileIdentity> find(const std::string& path) const;
  /// By path, for tasks.
  List list() const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, FileIdentity> seen_;
};

}  // namespace insitu
