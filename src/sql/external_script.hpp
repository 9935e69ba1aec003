#pragma once
// Statements around the engine inside SQL Server, a language extension (docs/in-sql-server.md): its
// installation over the connection, and calls of it.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sql/connection.hpp"

namespace insitu {

inline constexpr std::string_view kSqlExtensionLibrary = "libinsitu_sql.so";

/// The extension with its zip as a constant, so that no file lies on the server; `replaces`: where
/// the language is there. Throws InvalidArgument for SQL Server's own names (R, Python, Java).
std::string create_external_language(std::string_view language, std::string_view zip,
                                     bool replaces);
std::string drop_external_language(std::string_view language);
/// What a user needs, beside EXECUTE ANY EXTERNAL SCRIPT of the database.
std::string grant_external_language(std::string_view language, std::string_view user);

/// A call of sp_execute_external_script.
struct ExternalScript {
  std::string language = "insitu";
  std::string script;  ///< JSON
  std::string query;   ///< of the rows; "": none
  bool parallel = false;
  std::int64_t rows_per_read = 0;                           ///< 0: all rows of a task at once
  std::vector<std::string> partition_by;                    ///< columns of the query
  std::vector<std::pair<std::string, std::string>> binary;  ///< parameters: name without @, bytes
  bool keeps_state = false;                                 ///< @state is selected after the rows
  std::string into;  ///< a quoted table that takes the rows; "": they come to the client
  std::vector<std::pair<std::string, std::string>> result;  ///< columns: name, type of SQL Server
};

/// The columns that an operation of the protocol gives; "hello", "begin", "map", "combine" and
/// "execby". Throws InvalidArgument for another: predict and sample have those of their rows.
std::vector<std::pair<std::string, std::string>> external_result(std::string_view operation);

/// The statement, bytes as parameters.
SqlStatement external_script(const ExternalScript&);

}  // namespace insitu
