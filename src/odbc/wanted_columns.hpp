#pragma once
// colClasses, colInfo and stringsAsFactors of a database's columns.
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "data/chunk.hpp"
#include "odbc/result_columns.hpp"

namespace insitu {

/// What the caller wants of one column.
struct WantedOfDatabase {
  std::optional<Type> type;
  bool factor_index = false;  ///< whole numbers from 0 are places of the levels
  std::string new_name, description;
  std::optional<std::vector<std::string>> levels, new_levels;
  std::optional<double> low, high;
};

using WantedColumns = std::map<std::string, WantedOfDatabase>;

/// Throws InvalidArgument that begins with `owner`.
WantedColumns wanted_columns_from_json(const nlohmann::json& classes, const nlohmann::json& info,
                                       const std::string& owner);

/// How one column of a source is made from what the driver gives.
class FinishedColumn {
 public:
  FinishedColumn(const ColumnTransfer&, const WantedOfDatabase*, bool strings_as_factors,
                 bool trim_space);

  const Field& field() const { return field_; }
  /// How it is fetched; may differ from what it would be without wishes (decimals as texts).
  const ColumnTransfer& transfer() const { return transfer_; }
  /// REQUIRES: a column that was fetched that way.
  Column finish(const Column&, std::int64_t first_row) const;

  /// Blanks at the end of its texts are taken off.
  bool trims() const { return trim_; }
  /// Its values are places of levels, or get other names: nothing that a database does.
  bool renames_values() const;

 private:
  Column coded(const Column&, std::int64_t first_row) const;

  ColumnTransfer transfer_;
  Field field_;
  bool trim_ = false, factor_index_ = false;
  std::map<std::string, std::int32_t, std::less<>> places_;  // of the levels in the data
};

}  // namespace insitu
