#include "odbc/objects.hpp"

#include "base/named.hpp"
#include "odbc/database.hpp"
#include "odbc/tables.hpp"
#include "sql/table_name.hpp"
#include "sql/transaction.hpp"

namespace insitu {

namespace {

std::string bytes_type(SqlDialect dialect) {
  return dialect == SqlDialect::kSqlServer  ? "varbinary(max)"
         : dialect == SqlDialect::kPostgres ? "bytea"
                                            : "BLOB";
}

std::string key_type(SqlDialect dialect) {
  return dialect == SqlDialect::kSqlServer ? "nvarchar(200)" : "text";
}

}  // namespace

ObjectTable::ObjectTable(const OdbcOptions& options, ObjectColumns columns)
    : options_(options), columns_(std::move(columns)) {}

std::string ObjectTable::table(SqlDialect dialect) const {
  if (options_.table.empty())
    throw InvalidArgument(options_.type + ": objects are kept in a table: give `table`"_named);
  return quoted_path(table_path(options_.table), dialect);
}

std::string ObjectTable::where(const std::optional<std::string>& key,
                               const std::optional<std::string>& version,
                               SqlDialect dialect) const {
  std::string text;
  const auto add = [&](const std::string& column, const std::optional<std::string>& value) {
    if (value)
      text += (text.empty() ? " WHERE " : " AND ") + quoted_name(column, dialect) + " = " +
              quoted_text(*value, dialect);
  };
  add(columns_.key, key);
  add(columns_.version, version);
  return text;
}

std::string ObjectTable::said(const std::optional<std::string>& key,
                              const std::optional<std::string>& version) const {
  if (!options_.query.empty()) return " in " + options_.query;
  return (key ? " of the key '" + *key + "'" : "") +
         (version ? " and the version '" + *version + "'" : "") + " in " + options_.table;
}

void ObjectTable::write(const std::string& key, const std::optional<std::string>& version,
                        const std::string& bytes, bool overwrite, RunControl& control) {
  OdbcLine look(options_.line, &control.cancel);
  const auto connection = OdbcDatabase(options_.line).connect(control);
  const auto dialect = connection->dialect();
  const auto name = table(dialect);
  Transaction transaction(*connection);
  if (!table_exists(look, table_path(options_.table)))
    connection->execute({"CREATE TABLE " + name + " (" + quoted_name(columns_.key, dialect) + " " +
                         key_type(dialect) + ", " + quoted_name(columns_.value, dialect) + " " +
                         bytes_type(dialect) + ", " + quoted_name(columns_.version, dialect) + " " +
                         key_type(dialect) + ")"},
                        control);
  if (overwrite)
    connection->execute({"DELETE FROM " + name + where(key, version, dialect)}, control);
  std::string columns =
      quoted_name(columns_.key, dialect) + ", " + quoted_name(columns_.value, dialect);
  std::string values = quoted_text(key, dialect) + ", ?";
  if (version) {
    columns += ", " + quoted_name(columns_.version, dialect);
    values += ", " + quoted_text(*version, dialect);
  }
  connection->execute(
      {"INSERT INTO " + name + " (" + columns + ") VALUES (" + values + ")", {bytes}}, control);
  transaction.commit();
}

std::string ObjectTable::read(const std::optional<std::string>& key,
                              const std::optional<std::string>& version, RunControl& control) {
  const auto connection = OdbcDatabase(options_.line).connect(control);
  const auto dialect = connection->dialect();
  const bool is_query = !options_.query.empty();
  const auto query =
      "SELECT " + quoted_name(columns_.value, dialect) + " FROM " +
      (is_query ? as_table(options_.query) : table(dialect) + where(key, version, dialect));
  std::optional<std::string> found;
  std::size_t count = 0;
  connection->query(
      {query},
      [&](const Chunk& chunk) {
        for (std::size_t row = 0; row < chunk.rows; ++row) {
          const auto& value = chunk.columns.at(0);
          if (value.type() != Type::kString)
            throw DataError("the column " + columns_.value +
                            " holds no bytes: " + (is_query ? options_.query : options_.table));
          if (value.string_valid(row)) found = value.string_at(row);
          ++count;
        }
      },
      control);
  if (count > 1)
    throw DataError("there are " + std::to_string(count) + " objects" + said(key, version) +
                    ": name a version, or delete those that are not wanted");
  if (!found) throw DataError("there is no object" + said(key, version));
  return *found;
}

std::int64_t ObjectTable::remove(const std::optional<std::string>& key,
                                 const std::optional<std::string>& version, RunControl& control) {
  const auto connection = OdbcDatabase(options_.line).connect(control);
  const auto dialect = connection->dialect();
  Transaction transaction(*connection);
  const auto count = connection->execute(
      {"DELETE FROM " + table(dialect) + where(key, version, dialect)}, control);
  transaction.commit();
  return count;
}

std::vector<std::string> ObjectTable::list(const std::optional<std::string>& key,
                                           const std::optional<std::string>& version,
                                           RunControl& control) {
  const auto connection = OdbcDatabase(options_.line).connect(control);
  const auto dialect = connection->dialect();
  const auto column = quoted_name(key ? columns_.version : columns_.key, dialect);
  const auto condition = where(key, version, dialect);
  std::vector<std::string> all;
  connection->query(
      {"SELECT DISTINCT " + column + " FROM " + table(dialect) + condition +
       (condition.empty() ? " WHERE " : " AND ") + column + " IS NOT NULL ORDER BY " + column},
      [&](const Chunk& chunk) {
        for (std::size_t row = 0; row < chunk.rows; ++row)
          all.emplace_back(chunk.columns.at(0).string_at(row));
      },
      control);
  return all;
}

}  // namespace insitu
