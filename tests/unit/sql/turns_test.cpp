#include "sql/turns.hpp"

#include <gtest/gtest.h>

namespace insitu {
namespace {

TEST(TurnsTest, ALockOfTheTransactionTakesTheNameOrANumberOfIt) {
  // Kept beside: parsed by sqlglot in tests/integration/sql_server/golden_test.py.
  EXPECT_EQ(statement_of_turn("objects in [it's]", SqlDialect::kSqlServer),
            "DECLARE @turn int, @open int; SELECT @open = COUNT(*) FROM sys.databases; EXEC @turn "
            "= sp_getapplock @Resource = N'insitu objects in [it''s]', @LockMode = N'Exclusive', "
            "@LockOwner = N'Transaction'; IF @turn < 0 RAISERROR(N'another writer kept its turn "
            "too long', 16, 1)");
  EXPECT_EQ(statement_of_turn("objects in \"it's\"", SqlDialect::kPostgres),
            "SELECT COUNT(CAST(pg_advisory_xact_lock(hashtextextended('insitu objects in "
            "\"it''s\"', 0)) AS text)) AS n");
  EXPECT_EQ(statement_of_turn("t", SqlDialect::kSqlite), "");
}

}  // namespace
}  // namespace insitu
