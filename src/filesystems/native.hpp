#pragma once
// Files of this machine.
#include <memory>

#include "data/file_system.hpp"

namespace insitu {

/// Opens regular files by path. Reads go through pread into the caller's memory and never through a mapping: a mapped
/// file that another program shortens kills the process (SIGBUS) in the middle of somebody's session, where a read
/// gives an error; the copy costs a few percent of decoding. mapped() is therefore empty.
std::shared_ptr<const FileSystem> native_file_system();

}  // namespace insitu
