#pragma once
// Compressed texts by their first bytes: gzip, bzip2, Zstandard, xz and zip.
#include <memory>
#include <string>

#include "data/file_system.hpp"

namespace insitu {

/// The text within a compressed file, or the file itself. Throws DataError for a zip of several
/// files or with a password, and for a compression that is known but not read.
std::shared_ptr<RandomAccessFile> unpacked(std::shared_ptr<RandomAccessFile> file,
                                           const std::string& path);

}  // namespace insitu
