#pragma once
// RxOdbcData, RxSqlServerData and RxPostgresData as descriptors (docs/requests.md).
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "odbc/line.hpp"
#include "odbc/wanted_columns.hpp"
#include "sources/descriptor_values.hpp"

namespace insitu {

extern const std::span<const DescriptorKey> kOdbcKeys, kSqlServerKeys, kPostgresKeys;

/// A descriptor of a database.
bool is_database(const nlohmann::json& descriptor);
/// It has a password, in its connection string or beside it.
bool holds_secret(const nlohmann::json& descriptor);

struct OdbcOptions {
  std::string type;  ///< "RxSqlServerData"
  LineOptions line;
  std::string table;  ///< as users write it; "": a query
  std::string query;  ///< without a semicolon at its end
  std::vector<std::string> key;
  std::int64_t rows_per_read = 500000;
  bool row_buffering = true;
  bool trim_space = true;
  bool strings_as_factors = false;
  bool factors_as_indexes = false;
  WantedColumns columns;
};

/// REQUIRES: checked keys (check_descriptor). Throws InvalidArgument for values that do not fit and
/// for both or neither of table and sqlQuery.
OdbcOptions odbc_options_from_json(const nlohmann::json& descriptor);

/// Where a database is, of a descriptor or of the arguments of a function with the same keys: the
/// string, what overrides it, and what the environment says where they say nothing
/// (docs/databases.md).
LineOptions line_options_from_json(const std::string& type, const nlohmann::json& descriptor);

}  // namespace insitu
