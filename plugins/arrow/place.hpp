#pragma once
// Where a file that is read lies: on this machine, or wherever its owner reads it.
#include <arrow/io/interfaces.h>
#include <arrow/result.h>

#include <cstdint>
#include <memory>
#include <string>

namespace insitu::arrow_plugin {

/// The bytes of a file that is not one of this machine. Safe to call from several threads, unless
/// an implementation says otherwise.
class FarBytes {
 public:
  virtual ~FarBytes() = default;
  virtual std::int64_t size() const = 0;
  /// Exactly `length` bytes. REQUIRES: they lie in the file.
  virtual arrow::Status read(std::int64_t offset, std::int64_t length, void* out) const = 0;
};

struct Place {
  std::string path;                          ///< of a file elsewhere: what messages name
  std::shared_ptr<const FarBytes> far = {};  ///< null: on this machine

  /// Opens it anew.
  arrow::Result<std::shared_ptr<arrow::io::RandomAccessFile>> open() const;
};

/// That bytes could not be had; the owner of the file knows why.
arrow::Status no_bytes();

}  // namespace insitu::arrow_plugin
