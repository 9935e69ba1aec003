#include "pushdown/dialect.hpp"

#include <cmath>

#include "base/error.hpp"

namespace insitu {

std::string sql_double(const std::string& value, SqlDialect dialect) {
  switch (dialect) {
    case SqlDialect::kSqlServer:
      return "CAST(" + value + " AS float)";
    case SqlDialect::kPostgres:
      return "CAST(" + value + " AS float8)";
    case SqlDialect::kSqlite:
      return "CAST(" + value + " AS REAL)";
  }
  throw Error("unknown dialect of SQL");
}

std::string sql_whole(const std::string& value, SqlDialect dialect) {
  return "CAST(" + value + (dialect == SqlDialect::kSqlite ? " AS INTEGER)" : " AS bigint)");
}

std::string sql_without_nan(const std::string& value, SqlDialect dialect) {
  // SQL Server has no NaN, and SQLite makes NULL of it.
  return dialect == SqlDialect::kPostgres ? "NULLIF(" + value + ", 'NaN'::float8)" : value;
}

std::string sql_text(const std::string& value, SqlDialect dialect) {
  switch (dialect) {
    case SqlDialect::kSqlServer:
      // Of the collation's own code page a narrow text would lose characters.
      return "CAST(" + value + " AS nvarchar(max)) COLLATE Latin1_General_BIN2";
    case SqlDialect::kPostgres:
      return "CAST(" + value + " AS text) COLLATE \"C\"";
    case SqlDialect::kSqlite:
      return "CAST(" + value + " AS TEXT) COLLATE BINARY";
  }
  throw Error("unknown dialect of SQL");
}

std::string sql_number(double value, SqlDialect dialect) {
  if (std::isfinite(value)) return quoted_number(value, dialect);
  if (std::isnan(value)) return "NULL";
  switch (dialect) {
    case SqlDialect::kSqlServer:
      throw Unsupported("SQL Server has no infinite numbers");
    case SqlDialect::kPostgres:
      return value > 0 ? "'Infinity'::float8" : "'-Infinity'::float8";
    case SqlDialect::kSqlite:
      return value > 0 ? "9e999" : "(-9e999)";
  }
  throw Error("unknown dialect of SQL");
}

std::string sql_joined(const std::string& a, const std::string& b, SqlDialect dialect) {
  return "(" + a + (dialect == SqlDialect::kSqlServer ? " + " : " || ") + b + ")";
}

std::string sql_is_one_of(const std::string& text, std::span<const std::string> texts,
                          SqlDialect dialect) {
  if (texts.empty()) return "1 = 0";
  if (texts.size() > 10'000) throw Unsupported("more than 10,000 levels are asked for");
  std::string list;
  for (const auto& each : texts) {
    const auto constant = quoted_text(each, dialect);
    if (dialect == SqlDialect::kSqlServer)
      list += (list.empty() ? "((" : " OR (") + text + " = " + constant + " AND DATALENGTH(" +
              text + ") = DATALENGTH(" + constant + "))";
    else
      list += (list.empty() ? text + " IN (" : std::string(", ")) + constant;
  }
  return list + ")";
}

std::string_view sql_count(SqlDialect dialect) {
  return dialect == SqlDialect::kSqlServer ? "COUNT_BIG(*)" : "COUNT(*)";
}

bool has_infinite_numbers(SqlDialect dialect) { return dialect != SqlDialect::kSqlServer; }

}  // namespace insitu
