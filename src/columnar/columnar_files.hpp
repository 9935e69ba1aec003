#pragma once
// The files of a Parquet or ORC source: one, or those of a folder.
#include <string>
#include <vector>

#include "data/file_system.hpp"

namespace insitu {

/// The path itself, or the files directly in the folder, sorted as bytes. Names that begin with _
/// or . are not data (_SUCCESS, .crc). Throws DataError: not found, no file in the folder;
/// InvalidArgument for a folder of partitions or other folders, which names the way out.
std::vector<std::string> columnar_files(const std::string& path);

/// The same of a path of another file system.
std::vector<std::string> columnar_files(const std::string& path, const FileSystem& files);

}  // namespace insitu
