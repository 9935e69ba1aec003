#pragma once
// Files of HDFS as sources see them.
#include <memory>

#include "data/file_system.hpp"

namespace insitu {

/// Opens files by hdfs:// URI, over WebHDFS. Reads come in pages of 1 MiB, several at once where
/// they follow each other; some of them are kept. A file that another one has replaced since it was
/// first opened here is a DataError.
std::shared_ptr<const FileSystem> hdfs_file_system();

}  // namespace insitu
