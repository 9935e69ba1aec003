#pragma once
// .sts files: where the variables stand in a fixed-format text (docs/text.md).
#include <cstdint>
#include <string>
#include <vector>

#include "data/file_system.hpp"

namespace insitu {

struct TextSchemaFile {
  struct Variable {
    std::string name;
    std::size_t start = 1, width = 1;  ///< start counts from 1
    bool character = false;            ///< marked (A)
  };
  std::string file;  ///< absolute, or beside the .sts file
  std::int64_t first_line = 1;
  std::vector<Variable> variables;
};

/// Throws DataError naming file and line.
TextSchemaFile read_text_schema_file(const FileSystem&, const std::string& path);

}  // namespace insitu
