#pragma once
// Texts that can be decoded from front to back only (bzip2, Zstandard, xz, zip, UTF-16 and others),
// read at any position: what has been decoded is kept in a temporary file without a name, which is
// gone with the process.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "data/file_system.hpp"

namespace insitu {

/// Gives the text within some bytes, from front to back.
class ForwardDecoder {
 public:
  virtual ~ForwardDecoder() = default;
  /// Up to `size` bytes of text; none only at its end. Throws DataError.
  virtual std::size_t read(char* out, std::size_t size) = 0;
};

/// `packed_bytes`: of the file. A text of more than 1 GiB that is more than 2000 times as long as
/// its file is refused (DataError): it was made to fill the disk. Safe to use from several threads.
std::shared_ptr<RandomAccessFile> spool(std::unique_ptr<ForwardDecoder> decoder, std::string path,
                                        std::uint64_t packed_bytes);

}  // namespace insitu
