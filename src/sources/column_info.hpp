#pragma once
// colInfo of sources whose columns have types of their own (Parquet, ORC, Hive, Spark data frames):
// type and levels, by column name.
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "data/schema.hpp"

namespace insitu {

/// What the caller wants of one column.
struct WantedColumn {
  Type type = Type::kFactor;
  std::optional<std::vector<std::string>> levels;  ///< of a factor; values outside are missing
};

using ColumnInfo = std::map<std::string, WantedColumn>;

/// Reads {name: {type, levels}} or [{name, type, levels}]; null gives none. Throws InvalidArgument
/// that begins with `owner`, the type of the source: an unknown element (did you mean), a value
/// that does not fit, a level twice.
ColumnInfo column_info_from_json(const nlohmann::json& value, const std::string& owner);

/// The same as a document, in the first form.
nlohmann::json column_info_to_json(const ColumnInfo&);

}  // namespace insitu
