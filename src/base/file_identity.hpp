#pragma once
// One notion of "the same file": which file it is, and which version of it. A file that was
// replaced has another inode, one that was written to another size or time.
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace insitu {

struct FileIdentity {
  std::uint64_t device = 0, inode = 0, size = 0;
  std::int64_t modified = 0;  ///< nanoseconds since 1970

  bool operator==(const FileIdentity&) const = default;
  bool same_file(const FileIdentity& other) const {
    return device == other.device && inode == other.inode;
  }
  /// "device:inode:size:modified", as tasks name it.
  std::string text() const;
};

/// Of what lies at a path (links are followed); nothing where nothing lies.
std::optional<FileIdentity> file_identity(const std::string& path);
/// Of an open file or folder.
std::optional<FileIdentity> file_identity(int descriptor);
/// Reads text(). Throws DataError for anything else.
FileIdentity file_identity_from(std::string_view text);

}  // namespace insitu
