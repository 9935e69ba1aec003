#pragma once
// The columns of several files as those of one source.
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "columnar/column_file.hpp"
#include "data/chunk.hpp"

namespace insitu {

struct UnitedColumns {
  /// By name, in the order of first appearance; of each the narrowest type that holds all files'
  /// values: int16 < integer < int64, float32 < numeric, integers of up to 32 bits < numeric.
  SchemaPtr schema;
  /// Names and types of the columns that no file has in a usable type.
  std::vector<std::pair<std::string, std::string>> left_out;
  /// Names of the columns that may lose digits (StoredColumn::rounded), in the order of the schema.
  std::vector<std::string> rounded;
};

/// Throws DataError that names column, types and files where no type holds both without loss.
UnitedColumns unite_columns(const std::vector<std::unique_ptr<ColumnFile>>& files);

/// The values in the type of the united column. REQUIRES: unite_columns widens to it.
Column widened_column(const Column&, Type);

/// `rows` missing values: the file lacks the column.
Column missing_column(Type, std::size_t rows);

}  // namespace insitu
