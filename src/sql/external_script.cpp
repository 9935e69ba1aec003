#include "sql/external_script.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "base/lower_text.hpp"

namespace insitu {

namespace {

constexpr auto kDialect = SqlDialect::kSqlServer;

std::string name(std::string_view text) { return quoted_name(text, kDialect); }
std::string constant(std::string_view text) { return quoted_text(text, kDialect); }

void require_own_name(std::string_view language) {
  const auto lower = lower_text(std::string(language));
  if (lower == "r" || lower == "python" || lower == "java")
    throw InvalidArgument("the external language " + std::string(language) +
                          " is SQL Server's own: give another name, as insitu");
}

/// A name of a parameter, which cannot be quoted.
void require_plain(std::string_view parameter) {
  const bool plain = !parameter.empty() && std::ranges::all_of(parameter, [](char c) {
    return is_ascii_letter(c) || is_ascii_digit(c) || c == '_';
  });
  if (!plain) throw InvalidArgument("no name of a parameter: " + std::string(parameter));
}

}  // namespace

std::string create_external_language(std::string_view language, std::string_view zip,
                                     bool replaces) {
  require_own_name(language);
  const auto what = "(CONTENT = " + quoted_bytes(zip, kDialect) +
                    ", FILE_NAME = " + constant(kSqlExtensionLibrary) + ", PLATFORM = LINUX)";
  return replaces ? "ALTER EXTERNAL LANGUAGE " + name(language) + " SET " + what
                  : "CREATE EXTERNAL LANGUAGE " + name(language) + " FROM " + what;
}

std::string drop_external_language(std::string_view language) {
  require_own_name(language);
  return "DROP EXTERNAL LANGUAGE " + name(language);
}

std::string grant_external_language(std::string_view language, std::string_view user) {
  return "GRANT EXECUTE EXTERNAL SCRIPT ON EXTERNAL LANGUAGE ::" + name(language) + " TO " +
         name(user);
}

std::vector<std::pair<std::string, std::string>> external_result(std::string_view operation) {
  using Columns = std::vector<std::pair<std::string, std::string>>;
  const Columns rows = {{"task_id", "int"}, {"seq", "int"}, {"rows_seen", "bigint"}};
  if (operation == "hello") return {{"capabilities", "nvarchar(max)"}};
  if (operation == "begin") return {{"prior", "varbinary(max)"}};
  if (operation == "combine")
    return {{"done", "int"}, {"pass", "int"}, {"result", "varbinary(max)"}};
  auto columns = rows;
  if (operation == "map") {
    columns.emplace_back("state", "varbinary(max)");
  } else if (operation == "execby") {
    columns.emplace_back("keys", "nvarchar(max)");
    columns.emplace_back("status", "nvarchar(max)");
    columns.emplace_back("result", "varbinary(max)");
  } else {
    throw InvalidArgument("the columns of " + std::string(operation) + " are those of its rows");
  }
  return columns;
}

SqlStatement external_script(const ExternalScript& call) {
  if (call.keeps_state && call.parallel)
    throw InvalidArgument("a state that is kept needs one task");
  SqlStatement statement;
  std::string declared, given;
  const auto parameter = [&](const std::string& of, const std::string& type,
                             const std::string& value) {
    declared += (declared.empty() ? "@" : ", @") + of + " " + type;
    given += ", @" + of + " = " + value;
  };
  if (call.rows_per_read > 0) parameter("r_rowsPerRead", "int", std::to_string(call.rows_per_read));
  for (const auto& [of, bytes] : call.binary) {
    require_plain(of);
    parameter(of, "varbinary(max)", "?");
    statement.binary_parameters.push_back(bytes);
  }
  if (call.keeps_state) parameter("state", "varbinary(max) OUTPUT", "@kept OUTPUT");
  auto& text = statement.text;
  if (call.keeps_state) text = "DECLARE @kept varbinary(max); ";
  if (!call.into.empty()) text += "INSERT INTO " + call.into + " ";
  text += "EXEC sp_execute_external_script @language = " + constant(call.language) +
          ", @script = " + constant(call.script);
  if (!call.query.empty()) text += ", @input_data_1 = " + constant(call.query);
  if (!call.partition_by.empty()) {
    std::string columns;
    for (const auto& column : call.partition_by)
      columns += (columns.empty() ? "" : ", ") + name(column);
    text += ", @input_data_1_partition_by_columns = " + constant(columns);
  }
  if (call.parallel) text += ", @parallel = 1";
  if (!declared.empty()) text += ", @params = " + constant(declared) + given;
  if (!call.result.empty() && call.into.empty()) {
    text += " WITH RESULT SETS ((";
    bool first = true;
    for (const auto& [column, type] : call.result) {
      text += (first ? "" : ", ") + name(column) + " " + type + " NULL";
      first = false;
    }
    text += "))";
  }
  if (call.keeps_state) text += "; SELECT @kept AS [state]";
  return statement;
}

}  // namespace insitu
