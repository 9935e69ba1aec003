#pragma once
// Files of this machine.
#include <memory>

#include "data/file_system.hpp"

namespace insitu {

/// Opens regular files by path (data/native_file.hpp says how they are read).
std::shared_ptr<const FileSystem> native_file_system();

}  // namespace insitu
