#include "odbc/objects.hpp"

#include <algorithm>

#include "base/lower_text.hpp"
#include "base/named.hpp"
#include "odbc/database.hpp"
#include "odbc/tables.hpp"
#include "sql/rows_as_texts.hpp"
#include "sql/table_name.hpp"
#include "sql/transaction.hpp"
#include "sql/turns.hpp"

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

/// The columns that a call names; `value`: that of the bytes, too.
std::vector<std::string> used_columns(const ObjectColumns& columns, bool value,
                                      const std::optional<std::string>& version) {
  std::vector<std::string> names = {columns.key};
  if (value) names.push_back(columns.value);
  if (version) names.push_back(columns.version);
  return names;
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

void ObjectTable::require_columns(SqlConnection& connection, const std::vector<std::string>& names,
                                  RunControl& control) const {
  const auto dialect = connection.dialect();
  auto there = connection.columns_of("SELECT * FROM " + table(dialect), control)->names();
  for (auto& each : there) each = lower_text(each);
  for (const auto& name : names)
    if (std::ranges::find(there, lower_text(name)) == there.end())
      throw InvalidArgument("the table " + options_.table + " has no column " + name +
                            ": say what the columns of its objects are called, or give another "
                            "`table`"_named);
}

void ObjectTable::require_names(SqlConnection& connection, const std::vector<std::string>& names,
                                RunControl& control) const {
  // SQLite takes a quoted name that is no column as a text, so that a condition of it may hold for
  // every row; the other engines say themselves that the column is missing.
  if (connection.dialect() == SqlDialect::kSqlite) require_columns(connection, names, control);
}

void ObjectTable::write(const std::string& key, const std::optional<std::string>& version,
                        const std::string& bytes, bool overwrite, RunControl& control) {
  OdbcLine look(options_.line, &control.cancel);
  const auto connection = OdbcDatabase(options_.line).connect(control);
  const auto dialect = connection->dialect();
  const auto name = table(dialect);
  const auto is_there = [&] { return table_exists(look, table_path(options_.table)); };
  // Before the transaction: in SQLite one that has read cannot always go on to write.
  if (is_there()) require_names(*connection, used_columns(columns_, true, version), control);
  Transaction transaction(*connection);
  take_turn(*connection, "objects in " + name, control);
  if (!is_there())
    connection->execute(
        {std::string("CREATE TABLE ") + (dialect == SqlDialect::kSqlite ? "IF NOT EXISTS " : "") +
         name + " (" + quoted_name(columns_.key, dialect) + " " + key_type(dialect) + ", " +
         quoted_name(columns_.value, dialect) + " " + bytes_type(dialect) + ", " +
         quoted_name(columns_.version, dialect) + " " + key_type(dialect) + ")"},
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
  const auto rows =
      is_query ? as_table(options_.query) : table(dialect) + where(key, version, dialect);
  // Counted first: each may be as large as memory allows.
  if (!is_query) {
    require_names(*connection, used_columns(columns_, true, version), control);
    const auto counted = rows_as_texts(*connection, {"SELECT COUNT(*) AS n FROM " + rows}, control);
    const auto count = counted.at(0).at(0).value_or("0");
    if (count != "0" && count != "1")
      throw DataError("there are " + count + " objects" + said(key, version) +
                      ": name a version, or delete those that are not wanted");
  }
  std::optional<std::string> found;
  std::size_t count = 0;
  connection->query(
      {"SELECT " + quoted_name(columns_.value, dialect) + " FROM " + rows},
      [&](const Chunk& chunk) {
        for (std::size_t row = 0; row < chunk.rows; ++row) {
          const auto& value = chunk.columns.at(0);
          if (value.type() != Type::kString)
            throw DataError("the column " + columns_.value +
                            " holds no bytes: " + (is_query ? options_.query : options_.table));
          if (++count > 1)
            throw DataError("there is more than one object" + said(key, version) +
                            ": ask for one of them");
          if (value.string_valid(row)) found = value.string_at(row);
        }
      },
      control);
  if (!found) throw DataError("there is no object" + said(key, version));
  return *found;
}

std::int64_t ObjectTable::remove(const std::optional<std::string>& key,
                                 const std::optional<std::string>& version, RunControl& control) {
  const auto connection = OdbcDatabase(options_.line).connect(control);
  const auto dialect = connection->dialect();
  // A statement without a condition would empty any table, of whatever engine.
  if (key)
    require_names(*connection, used_columns(columns_, false, version), control);
  else
    require_columns(*connection, used_columns(columns_, true, version), control);
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
  require_names(*connection,
                key ? std::vector<std::string>{columns_.key, columns_.version}
                    : used_columns(columns_, false, version),
                control);
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
