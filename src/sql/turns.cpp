#include "sql/turns.hpp"

namespace insitu {

std::string statement_of_turn(const std::string& name, SqlDialect dialect) {
  // A number each: names may be longer than what the engines take, and a chance meeting of two
  // numbers makes one wait, no more.
  switch (dialect) {
    case SqlDialect::kPostgres:
      // As a text, since nothing reads the type void.
      return "SELECT COUNT(CAST(pg_advisory_xact_lock(hashtextextended(" +
             quoted_text("insitu " + name, dialect) + ", 0)) AS text)) AS n";
    case SqlDialect::kSqlServer:
      return "DECLARE @turn int, @name nvarchar(255) = N'insitu ' + CONVERT(nvarchar(64), "
             "HASHBYTES(N'SHA2_256', " +
             quoted_text(name, dialect) +
             "), 2); EXEC @turn = sp_getapplock @Resource = @name, @LockMode = N'Exclusive', "
             "@LockOwner = N'Transaction'; IF @turn < 0 RAISERROR(N'another writer kept its turn "
             "too "
             "long', 16, 1)";
    case SqlDialect::kSqlite:
      break;
  }
  return "";
}

void take_turn(SqlConnection& connection, const std::string& name, RunControl& control) {
  const auto statement = statement_of_turn(name, connection.dialect());
  if (statement.empty()) return;
  if (connection.dialect() == SqlDialect::kPostgres)
    connection.query(
        {statement}, [](const Chunk&) {}, control);
  else
    connection.execute({statement}, control);
}

}  // namespace insitu
