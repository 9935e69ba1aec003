#include "sql/turns.hpp"

namespace insitu {

std::string statement_of_turn(const std::string& name, SqlDialect dialect) {
  // Names may be longer than what the engines take: two that meet make one wait, no more.
  switch (dialect) {
    case SqlDialect::kPostgres:
      // As a text, since nothing reads the type void.
      return "SELECT COUNT(CAST(pg_advisory_xact_lock(hashtextextended(" +
             quoted_text("insitu " + name, dialect) + ", 0)) AS text)) AS n";
    case SqlDialect::kSqlServer:
      // The driver's implicit transactions begin with a statement that reads a table, and a lock
      // of a transaction is refused where there is none. A name over 255 characters is cut.
      return "DECLARE @turn int, @open int; SELECT @open = COUNT(*) FROM sys.databases; EXEC @turn "
             "= sp_getapplock @Resource = " +
             quoted_text("insitu " + name, dialect) +
             ", @LockMode = N'Exclusive', @LockOwner = N'Transaction'; IF @turn < 0 "
             "RAISERROR(N'another writer kept its turn too long', 16, 1)";
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
