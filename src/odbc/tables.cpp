#include "odbc/tables.hpp"

#include "odbc/key_ranges.hpp"

namespace insitu {

bool table_exists(OdbcLine& line, const std::vector<std::string>& path) {
  const auto dialect = line.dialect();
  const auto quoted = quoted_path(path, dialect);
  switch (dialect) {
    case SqlDialect::kPostgres:
      return count_of(line, "SELECT COUNT(*) FROM (SELECT to_regclass(" +
                                quoted_text(quoted, dialect) + ") AS t) AS q WHERE t IS NOT NULL") >
             0;
    case SqlDialect::kSqlServer:
      return count_of(line, "SELECT COUNT(*) FROM (SELECT OBJECT_ID(" +
                                quoted_text(quoted, dialect) + ") AS t) AS q WHERE t IS NOT NULL") >
             0;
    case SqlDialect::kSqlite: {
      const auto schema = path.size() > 1 ? quoted_name(path[path.size() - 2], dialect) + "." : "";
      return count_of(line, "SELECT COUNT(*) FROM " + schema +
                                "sqlite_master WHERE type IN ('table', 'view') AND lower(name) = "
                                "lower(" +
                                quoted_text(path.back(), dialect) + ")") > 0;
    }
  }
  return false;
}

void drop_table(OdbcLine& line, const std::vector<std::string>& path) {
  line.execute("DROP TABLE " + quoted_path(path, line.dialect()));
}

std::string column_type(const Field& field, SqlDialect dialect, bool index) {
  const auto of = [&](const char* sql_server, const char* postgres, const char* sqlite) {
    return std::string(dialect == SqlDialect::kSqlServer  ? sql_server
                       : dialect == SqlDialect::kPostgres ? postgres
                                                          : sqlite);
  };
  switch (field.type) {
    case Type::kLogical:
      return of("bit", "boolean", "BOOLEAN");
    case Type::kInt16:
      return of("smallint", "smallint", "SMALLINT");
    case Type::kUInt16:
    case Type::kInt32:
      return of("int", "integer", "INT4");
    case Type::kInt64:
      return of("bigint", "bigint", "BIGINT");
    case Type::kFloat32:
      return of("real", "real", "REAL");
    case Type::kFloat64:
      return of("float", "double precision", "DOUBLE");
    case Type::kDate:
      return of("date", "date", "DATE");
    case Type::kDateTime:
      return of("datetime2(6)", "timestamp", "TIMESTAMP");
    case Type::kFactor:
    case Type::kOrdered:
      if (index) return of("int", "integer", "INT4");
      break;
    case Type::kString:
      break;
  }
  return of("nvarchar(max)", "text", "TEXT");
}

void create_table(OdbcLine& line, const std::vector<std::string>& path, const Schema& schema,
                  bool factors_as_indexes) {
  std::string columns;
  for (const auto& field : schema.fields())
    columns += (columns.empty() ? "" : ", ") + quoted_name(field.name, line.dialect()) + " " +
               column_type(field, line.dialect(), factors_as_indexes);
  line.execute("CREATE TABLE " + quoted_path(path, line.dialect()) + " (" + columns + ")");
}

void rename_table(OdbcLine& line, const std::vector<std::string>& path, const std::string& name) {
  const auto dialect = line.dialect();
  if (dialect == SqlDialect::kSqlServer)
    line.execute("EXEC sp_rename " + quoted_text(quoted_path(path, dialect), dialect) + ", " +
                 quoted_text(name, dialect));
  else
    line.execute("ALTER TABLE " + quoted_path(path, dialect) + " RENAME TO " +
                 quoted_name(name, dialect));
}

}  // namespace insitu
