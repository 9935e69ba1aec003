#pragma once
// RxInSqlServer and RxInPostgres as descriptions (docs/requests.md, "Contexts").
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "odbc/line.hpp"
#include "sql/quoted.hpp"

namespace insitu {

/// Who computes a pass: the first that can, or one, or an error that says why not.
enum class Tier { kAuto, kDatabase, kExtension, kStream };
std::string name_of(Tier);

struct InDatabaseOptions {
  std::string name;  ///< "RxInSqlServer"
  SqlDialect dialect = SqlDialect::kPostgres;
  std::string source_class;  ///< "RxSqlServerData"
  LineOptions line;
  int num_tasks = 1;
  int threads = -1;            ///< of what is computed here
  double timeout_seconds = 0;  ///< of a call; 0: none
  Tier tier = Tier::kAuto;
  std::int64_t min_group_size = 0;  ///< above 1: only sums over that many rows leave the database
  std::string language = "insitu";  ///< the external language of SQL Server
};

/// Keys that the description may have.
const std::vector<std::string>& in_database_keys();

/// Starts nothing. Throws InvalidArgument that names the argument, its value and the way out.
InDatabaseOptions in_database_options(const std::string& name, const nlohmann::json& description);

}  // namespace insitu
