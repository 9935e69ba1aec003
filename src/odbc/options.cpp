#include "odbc/options.hpp"

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/error.hpp"
#include "base/named.hpp"
#include "base/number_text.hpp"
#include "odbc/drivers.hpp"
#include "odbc/file_data_source.hpp"

namespace insitu {

using nlohmann::json;

namespace {

using enum KeyKind;

constexpr DescriptorKey kKeys[] = {
    {"table", kText},
    {"sqlQuery", kText},
    {"key", kNames},
    {"connectionString", kText},
    {"server", kText},
    {"databaseName", kText},
    {"user", kText},
    {"password", kText},
    {"trimSpace", kFlag},
    {"rowBuffering", kFlag},
    {"returnDataFrame", kFlag},
    {"stringsAsFactors", kFlag},
    {"colClasses", kColumns},
    {"colInfo", kColumns},
    {"rowsPerRead", kCount, 1},
    {"verbose", kAnything},
    {"writeFactorsAsIndexes", kFlag},
    {"queryTimeout", kCount, 0},
    {"useFastRead", kFlag},  // not of PostgreSQL
    {"dbmsName", kText},     // of RxOdbcData alone
};

DatabaseKind kind_of(const std::string& type) {
  if (type == "RxSqlServerData" || type == "RxInSqlServer") return DatabaseKind::kSqlServer;
  if (type == "RxPostgresData" || type == "RxInPostgres") return DatabaseKind::kPostgres;
  return DatabaseKind::kAny;
}

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

/// The first line of the file that `name` names in the environment.
std::string environment_file(const char* name) {
  const auto path = environment(name);
  if (path.empty()) return "";
  std::ifstream file(path);
  std::string line;
  if (!file || !std::getline(file, line))
    throw InvalidArgument(std::string(name) + " names a file that cannot be read: " + path);
  while (!line.empty() && is_ascii_space(line.back())) line.pop_back();
  return line;
}

std::string text_at(const json& descriptor, const char* key) {
  const auto found = descriptor.find(key);
  return found != descriptor.end() && found->is_string() ? found->get<std::string>() : "";
}

/// Where the statement itself begins, behind blanks, parentheses and comments.
std::size_t first_word(std::string_view query) {
  std::size_t at = 0;
  while (at < query.size()) {
    if (is_ascii_space(query[at]) || query[at] == '(') {
      ++at;
      continue;
    }
    const auto mark = query.substr(at, 2);
    if (mark != "--" && mark != "/*") break;
    const auto end = query.find(mark == "--" ? "\n" : "*/", at + 2);
    if (end == std::string_view::npos) return query.size();
    at = end + (mark == "--" ? 1 : 2);
  }
  return at;
}

std::string query_text(std::string query, const std::string& type) {
  const auto is_end = [](char c) { return is_ascii_space(c) || c == ';'; };
  while (!query.empty() && is_end(query.back())) query.pop_back();
  auto begin = first_word(query);
  std::string word;
  while (begin < query.size() && is_ascii_letter(query[begin])) word += ascii_lower(query[begin++]);
  if (word != "select" && word != "with" && word != "values")
    throw InvalidArgument(type + ": `sqlQuery` must be a query, SELECT or WITH ..., not: "_named +
                          query.substr(0, 80));
  return query;
}

}  // namespace

const std::span<const DescriptorKey> kOdbcKeys(kKeys);
const std::span<const DescriptorKey> kSqlServerKeys = kOdbcKeys.first(kOdbcKeys.size() - 1);
const std::span<const DescriptorKey> kPostgresKeys = kOdbcKeys.first(kOdbcKeys.size() - 2);

bool is_database(const json& descriptor) {
  const auto type = text_at(descriptor, "type");
  return type == "RxOdbcData" || type == "RxSqlServerData" || type == "RxPostgresData";
}

bool holds_secret(const json& descriptor) {
  return !text_at(descriptor, "password").empty() ||
         !ConnectionString::parse(text_at(descriptor, "connectionString")).secrets().empty();
}

LineOptions line_options_from_json(const std::string& type, const json& descriptor) {
  auto text = text_at(descriptor, "connectionString");
  if (text.empty()) text = environment("INSITU_CONNECTION");
  if (text.empty()) text = environment_file("INSITU_CONNECTION_FILE");
  auto where = with_file_data_source(ConnectionString::parse(text));
  if (auto server = text_at(descriptor, "server"); !server.empty())
    where.set({"Server", "Servername", "Address", "Data Source", "Host"}, server);
  if (auto name = text_at(descriptor, "databaseName"); !name.empty())
    where.set({"Database", "Initial Catalog"}, name);
  if (auto user = text_at(descriptor, "user"); !user.empty())
    where.set({"UID", "User ID", "User", "Username"}, user);
  if (auto password = text_at(descriptor, "password"); !password.empty())
    where.set({"PWD", "Password"}, password);
  if (!where.find({"PWD", "Password"}) && where.find({"UID", "User ID", "User", "Username"})) {
    auto password = environment("INSITU_DATABASE_PASSWORD");
    if (password.empty()) password = environment_file("INSITU_DATABASE_PASSWORD_FILE");
    if (!password.empty()) where.set({"PWD"}, password);
  }
  if (where.text().empty())
    throw InvalidArgument(type +
                          ": `connectionString` is missing; give it, or set INSITU_CONNECTION or "
                          "INSITU_CONNECTION_FILE in the environment"_named);
  LineOptions options;
  options.shown = where.shown();
  options.where = for_driver(std::move(where), kind_of(type));
  const auto timeout = descriptor.find("queryTimeout");
  if (timeout != descriptor.end() && timeout->is_number())
    options.statement_seconds = timeout->get<double>();
  return options;
}

OdbcOptions odbc_options_from_json(const json& descriptor) {
  OdbcOptions options;
  options.type = descriptor.value("type", std::string());
  const DescriptorValues values(options.type);
  if (options.type == "RxSqlServerData") options.rows_per_read = 50000;
  for (const auto& [key, value] : descriptor.items()) {
    if (value.is_null()) continue;
    if (key == "table")
      options.table = values.text(key, value);
    else if (key == "sqlQuery")
      options.query = values.text(key, value);
    else if (key == "key")
      options.key = values.texts(key, value);
    else if (key == "rowsPerRead")
      options.rows_per_read = values.count(key, value, 1);
    else if (key == "rowBuffering")
      options.row_buffering = values.flag(key, value);
    else if (key == "trimSpace")
      options.trim_space = values.flag(key, value);
    else if (key == "stringsAsFactors")
      options.strings_as_factors = values.flag(key, value);
    else if (key == "writeFactorsAsIndexes")
      options.factors_as_indexes = values.flag(key, value);
    else if (key == "useFastRead" && !values.flag(key, value))
      throw InvalidArgument(
          options.type +
          ": `useFastRead = FALSE` is not possible: databases are read through ODBC "
          "alone; leave it out"_named);
  }
  if (options.table.empty() == options.query.empty())
    throw InvalidArgument(options.type + ": give either `table` or `sqlQuery`"_named +
                          (options.table.empty() ? "" : ", not both"));
  if (!options.query.empty()) options.query = query_text(options.query, options.type);
  options.columns = wanted_columns_from_json(descriptor.value("colClasses", json()),
                                             descriptor.value("colInfo", json()), options.type);
  options.line = line_options_from_json(options.type, descriptor);
  return options;
}

}  // namespace insitu
