#pragma once
// A file that appears whole or not at all: it is written under a unique name beside its target and
// renamed over it by commit(). Until then the target stays as it was; a NewFile that is destroyed
// before commit() leaves nothing behind. Several writers of one target do not disturb each other:
// the last commit wins. One thread writes one NewFile.
#include <cstdint>
#include <string>
#include <string_view>

namespace insitu {

class NewFile {
 public:
  /// Creates the temporary file. A target that is a symbolic link is followed. Throws DataError
  /// when the folder is missing or not writable, or when the target is a directory or a device.
  explicit NewFile(const std::string& target);
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

  enum class Durability { kProcess, kPowerLoss };
  /// Puts the file in the target's place. An existing target's permissions are kept. kPowerLoss
  /// waits until the disk has everything. Throws DataError; then the target is as it was.
  void commit(Durability = Durability::kProcess);
  bool committed() const { return committed_; }

  const std::string& target() const { return target_; }
  const std::string& temporary_path() const { return temporary_; }

 private:
  void flush();
  void write_out(std::string_view bytes);

  std::string target_;
  std::string temporary_;
  std::string buffer_;
  std::uint64_t size_ = 0;
  int descriptor_ = -1;
  bool committed_ = false;
};

}  // namespace insitu
