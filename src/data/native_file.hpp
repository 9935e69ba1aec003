#pragma once
// One regular file of this machine, opened for reading. The reading counterpart of
// base/new_file.hpp.
#include <memory>
#include <string>

#include "data/file_system.hpp"

namespace insitu {

/// Reads go through pread into the caller's memory and never through a mapping: a mapped file that
/// another program shortens kills the process (SIGBUS) in the middle of somebody's session, where a
/// read gives an error; the copy costs a few percent of decoding. mapped() is therefore empty.
/// Throws DataError: file not found, a directory, not a regular file, no permission.
std::shared_ptr<RandomAccessFile> open_native_file(const std::string& path);

}  // namespace insitu
