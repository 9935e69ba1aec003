#include "pushdown/table_step.hpp"

#include <random>

#include "base/error.hpp"
#include "base/named.hpp"
#include "pushdown/dialect.hpp"
#include "sql/appended_columns.hpp"
#include "sql/transaction.hpp"

namespace insitu {

namespace {

/// A value as a column of a table: in the server's own type of it.
std::string as_stored_column(const SqlValue& given, SqlDialect dialect) {
  const auto value = as_stored(given, dialect).sql;
  const bool server = dialect == SqlDialect::kSqlServer, lite = dialect == SqlDialect::kSqlite;
  const auto cast = [&](const char* type) { return "CAST(" + value + " AS " + type + ")"; };
  switch (given.type) {
    case Type::kLogical:
      if (lite) return value;
      return server ? cast("bit") : "CAST(" + value + " AS boolean)";
    case Type::kInt16:
    case Type::kUInt16:
    case Type::kInt32:
      return lite ? value : cast("int");
    case Type::kInt64:
      return lite ? value : cast("bigint");
    case Type::kFloat32:
    case Type::kFloat64:
      return sql_double(value, dialect);
    case Type::kString:
    case Type::kFactor:
    case Type::kOrdered:
      // The order of bytes was that of comparisons; the table has the order of its database.
      if (server) return value + " COLLATE DATABASE_DEFAULT";
      return lite ? value : value + " COLLATE \"default\"";
    case Type::kDate:
      if (lite) break;
      return server ? "DATEADD(day, CAST(" + value + " AS int), CAST('19700101' AS date))"
                    : "(DATE '1970-01-01' + CAST(" + value + " AS int))";
    case Type::kDateTime:
      if (lite || server) break;
      return "(TO_TIMESTAMP(" + value + ") AT TIME ZONE 'UTC')";
  }
  throw Unsupported("columns of the type " + std::string(type_name(given.type)) +
                    " are not computed in " + std::string(name_of(dialect)));
}

std::string path_with(const TableTarget& target, const std::string& table, SqlDialect dialect) {
  auto path = target.path;
  path.back() = table;
  return quoted_path(path, dialect);
}

bool exists(SqlConnection& connection, const std::string& table, RunControl& control) {
  try {
    connection.query(
        {"SELECT 1 AS one FROM " + table + " WHERE 1 = 0"}, [](const Chunk&) {}, control);
    return true;
  } catch (const DataError&) {
    return false;
  }
}

std::int64_t rows_in(SqlConnection& connection, const std::string& table, RunControl& control) {
  std::int64_t rows = 0;
  connection.query(
      {"SELECT " + std::string(sql_count(connection.dialect())) + " AS n FROM " + table},
      [&](const Chunk& chunk) {
        if (chunk.rows > 0) rows = static_cast<std::int64_t>(chunk.columns.at(0).number_at(0));
      },
      control);
  return rows;
}

/// Waits for another program that uses the table, but not for ever.
void bound_waiting(SqlConnection& connection, RunControl& control) {
  if (connection.dialect() == SqlDialect::kPostgres)
    connection.execute({"SET LOCAL lock_timeout = '60s'"}, control);
  if (connection.dialect() == SqlDialect::kSqlServer)
    connection.execute({"SET LOCK_TIMEOUT 60000"}, control);
}

void require_columns(SqlConnection& connection, const std::string& table, const SqlRows& rows,
                     const std::vector<std::string>& columns, RunControl& control) {
  std::vector<Field> written;
  for (const auto& name : columns) written.push_back(rows.schema().field(name));
  const auto there = connection.columns_of("SELECT * FROM " + table, control);
  const auto rounded = check_appended(Schema(std::move(written)), *there, table);
  // Whether a value has decimals is seen where rows are read.
  if (!rounded.empty())
    throw Unsupported("the table keeps whole numbers in '" + rounded.front() + "'");
}

}  // namespace

std::vector<std::string> table_step_statements(SqlRows& rows,
                                               const std::vector<std::string>& columns,
                                               const TableTarget& target,
                                               const std::string& new_table) {
  if (target.path.empty()) throw InvalidArgument("the table to be written has no name");
  const auto dialect = rows.dialect();
  std::string selected, names;
  for (const auto& name : columns) {
    names += (names.empty() ? "" : ", ") + quoted_name(name, dialect);
    const auto raw = rows.untouched(name);
    selected += (selected.empty() ? "" : ", ") +
                (raw.empty() ? as_stored_column(rows.column(name), dialect) : raw) + " AS " +
                quoted_name(name, dialect);
  }
  if (selected.empty()) throw InvalidArgument("no column is left to be written");
  const auto fresh = path_with(target, new_table, dialect);
  const auto old = quoted_path(target.path, dialect);
  std::vector<std::string> statements;
  if (target.append) {
    // PostgreSQL's driver takes what begins with WITH for a query, SQL Server has it nowhere else.
    const auto into = "INSERT INTO " + old + " (" + names + ") ";
    const auto select = "SELECT " + selected + rows.from() + rows.where();
    return {dialect == SqlDialect::kSqlServer ? rows.with() + into + select
                                              : into + rows.with() + select};
  }
  if (dialect == SqlDialect::kSqlServer)
    statements.push_back(rows.with() + "SELECT " + selected + " INTO " + fresh + rows.from() +
                         rows.where());
  else
    statements.push_back("CREATE TABLE " + fresh + " AS " + rows.with() + "SELECT " + selected +
                         rows.from() + rows.where());
  if (target.overwrite) statements.push_back("DROP TABLE IF EXISTS " + old);
  // Of the name alone: a table stays in its schema.
  statements.push_back(dialect == SqlDialect::kSqlServer
                           ? "EXEC sp_rename " + quoted_text(fresh, dialect) + ", " +
                                 quoted_text(target.path.back(), dialect)
                           : "ALTER TABLE " + fresh + " RENAME TO " +
                                 quoted_name(target.path.back(), dialect));
  return statements;
}

std::int64_t write_table_step(SqlConnection& connection, SqlRows& rows,
                              const std::vector<std::string>& columns, const TableTarget& target,
                              RunControl& control, std::vector<std::string>* said) {
  std::random_device random;
  const auto name = "insitu_" + std::to_string(random()) + "_" + std::to_string(random());
  const auto old = quoted_path(target.path, connection.dialect());
  auto wanted = target;
  const bool there = !target.overwrite && exists(connection, old, control);
  if (there && !target.append)
    throw InvalidArgument("the table exists: "_named + old +
                          "; allow to replace it with `overwrite`, or append to it"_named);
  wanted.append = there;
  if (there) require_columns(connection, old, rows, columns, control);
  const auto statements = table_step_statements(rows, columns, wanted, name);
  if (said) *said = statements;
  Transaction transaction(connection);
  bound_waiting(connection, control);
  auto written = connection.execute({statements.front()}, control);
  if (!there)  // not all drivers tell how many rows a new table got
    written = rows_in(connection, path_with(target, name, connection.dialect()), control);
  for (std::size_t i = 1; i < statements.size(); ++i) connection.execute({statements[i]}, control);
  transaction.commit();
  return written;
}

}  // namespace insitu
