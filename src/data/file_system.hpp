#pragma once
// Files as sources see them: random reads of immutable bytes, by absolute path or URI. Inside a
// worker the same interface asks the host for the bytes (READ/DATA frames), so formats never know
// where they run.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/file_identity.hpp"

namespace insitu {

/// Safe to call from several threads.
class RandomAccessFile {
 public:
  virtual ~RandomAccessFile() = default;
  virtual std::uint64_t size() const = 0;
  /// Reads up to out.size() bytes at `offset`; fewer only at the end of the file. Throws DataError.
  virtual std::size_t read_at(std::uint64_t offset, std::span<char> out) const = 0;
  /// The whole file when it lies in memory (mapped), else empty. Valid as long as the file object.
  virtual std::string_view mapped() const { return {}; }
  /// The bytes are unpacked or decoded from those of a file, from its beginning: a process that
  /// reads the middle first pays for what lies before it.
  virtual bool is_unpacked() const { return false; }
  /// Which version of which file it is; nothing where the file system does not tell.
  virtual std::optional<FileIdentity> identity() const { return std::nullopt; }
};

class FileSystem {
 public:
  virtual ~FileSystem() = default;
  /// Throws DataError: "file not found: ...", "is a directory: ...", "cannot read: ...".
  virtual std::shared_ptr<RandomAccessFile> open(const std::string& path) const = 0;
  virtual bool exists(const std::string& path) const = 0;
  virtual bool is_directory(const std::string& path) const = 0;
  /// Paths of the regular files directly in a directory, sorted by name.
  virtual std::vector<std::string> list(const std::string& directory) const = 0;
};

}  // namespace insitu
