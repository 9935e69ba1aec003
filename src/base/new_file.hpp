#pragma once
// A file that appears whole or not at all: it is written under a hidden name beside its target
// (base/temporary.hpp) and renamed over it by commit(). Until then the target stays as it was; a
// NewFile that is destroyed before commit() leaves nothing behind, and what a killed process left
// the next writer removes. Writers of one target do not disturb each other: the last commit wins,
// unless it says what it expects to replace. One thread writes one NewFile.
#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "base/put_in_place.hpp"

namespace insitu {

class NewFile {
 public:
  /// Creates the temporary file. A target that is a symbolic link is followed, also where it leads
  /// to nothing yet. A new file has the mode of the umask. One that replaces another takes its
  /// owner (where that is allowed), mode, extended attributes and access lists; set-user-id and
  /// set-group-id only where the owner stays. Throws DataError when the folder is missing or not
  /// writable, or when the target is a directory or a device.
  /// `shown` stands for the target in messages: of a file in a new folder, that of the folder.
  explicit NewFile(const std::string& target, const Expected& = Expected::anything(),
                   const std::string& shown = "");
  ~NewFile();
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  /// Appends bytes. Throws DataError (disk full, quota, file too large); the file is useless from
  /// then on.
  void append(std::string_view bytes);
  /// Replaces bytes that were appended before. REQUIRES: offset + bytes.size() <= size().
  void write_at(std::uint64_t offset, std::string_view bytes);
  /// Bytes appended so far.
  std::uint64_t size() const { return size_; }

  /// Puts the file in the target's place, on the disk before and after (base/sync_writes.hpp).
  /// Throws DataError, also when something else lies there than was expected; then the target is as
  /// it was.
  void commit();
  bool committed() const { return committed_; }

  const std::string& target() const { return target_; }
  const std::string& temporary_path() const { return temporary_; }

 private:
  void create();
  void flush();
  void write_out(std::string_view bytes);

  std::string target_, shown_;
  Expected expected_;
  std::string temporary_;
  std::string buffer_;
  std::uint64_t size_ = 0;
  int descriptor_ = -1;
  pid_t owner_;  // a forked copy removes nothing
  bool committed_ = false;
};

}  // namespace insitu
