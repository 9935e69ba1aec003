#pragma once
// What an .xdf file is, without its rows: for rxGetInfo; and changes of what it says of itself, for
// rxSetVarInfo and rxSetInfo.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "data/file_system.hpp"
#include "data/schema.hpp"

namespace insitu {

struct XdfInfo {
  std::string path;
  std::string layout;        ///< "footer", "front" or "composite"
  std::string file_version;  ///< "4.2" or "3.1"
  std::string description;   ///< of the file
  std::string compression;   ///< "zlib" or "none"
  std::int64_t rows = 0;
  std::vector<std::int64_t> rows_per_block;
  std::vector<std::string> composite_files;  ///< the parts of a composite set, else empty
  std::string row_names_column;              ///< "" when there is none
  std::vector<Field> fields;
  std::vector<std::string> warnings;  ///< about what had to be guessed
};

/// Throws DataError when the file cannot be read.
XdfInfo xdf_info(const std::string& path, const FileSystem&);

/// Replaces names, descriptions, ranges, level names, value labels and time zones of all variables,
/// and the file's description if given. `fields` are all variables in the order of the file,
/// changed or not. The rows stay as they are stored; the file is written anew and renamed, so that
/// a failure changes nothing. Throws InvalidArgument when a type or the number of variables or
/// levels would change.
void rewrite_xdf_metadata(const std::string& path, const std::vector<Field>& fields,
                          const std::optional<std::string>& description, const FileSystem&);

}  // namespace insitu
