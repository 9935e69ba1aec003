#include "sql/external_script.hpp"

#include <gtest/gtest.h>

#include <string>

#include "base/error.hpp"

namespace insitu {
namespace {

// Kept beside: parsed by sqlglot in tests/integration/sql_server/golden_test.py.
TEST(ExternalScriptTest, TheExtensionIsInstalledOverTheConnection) {
  const std::string zip("PK\x03\x04'", 5);
  EXPECT_EQ(create_external_language("in]situ", zip, false),
            "CREATE EXTERNAL LANGUAGE [in]]situ] FROM (CONTENT = 0x504b030427, FILE_NAME = "
            "N'libinsitu_sql.so', PLATFORM = LINUX)");
  EXPECT_EQ(create_external_language("insitu", zip, true),
            "ALTER EXTERNAL LANGUAGE [insitu] SET (CONTENT = 0x504b030427, FILE_NAME = "
            "N'libinsitu_sql.so', PLATFORM = LINUX)");
  EXPECT_EQ(grant_external_language("insitu", "a]b"),
            "GRANT EXECUTE EXTERNAL SCRIPT ON EXTERNAL LANGUAGE ::[insitu] TO [a]]b]");
  EXPECT_EQ(drop_external_language("insitu"), "DROP EXTERNAL LANGUAGE [insitu]");
  for (const char* taken : {"R", "r", "Python", "JAVA"})
    EXPECT_THROW(create_external_language(taken, zip, false), InvalidArgument);
}

TEST(ExternalScriptTest, ACallHasItsBytesAsParameters) {
  const auto call = external_script({.script = R"({"rx":1,"op":"map"})",
                                     .query = "SELECT [it's] FROM [t] OPTION (MAXDOP 4)",
                                     .parallel = true,
                                     .rows_per_read = 65536,
                                     .binary = {{"prior", "abc"}},
                                     .result = external_result("map")});
  EXPECT_EQ(call.text,
            "EXEC sp_execute_external_script @language = N'insitu', @script = "
            "N'{\"rx\":1,\"op\":\"map\"}', @input_data_1 = N'SELECT [it''s] FROM [t] OPTION "
            "(MAXDOP 4)', @parallel = 1, @params = N'@r_rowsPerRead int, @prior varbinary(max)', "
            "@r_rowsPerRead = 65536, @prior = ? WITH RESULT SETS (([task_id] int NULL, [seq] int "
            "NULL, [rows_seen] bigint NULL, [state] varbinary(max) NULL))");
  EXPECT_EQ(call.binary_parameters, std::vector<std::string>{"abc"});
}

TEST(ExternalScriptTest, StatesGroupsAndTargets) {
  EXPECT_EQ(external_script({.script = "s", .keeps_state = true}).text,
            "DECLARE @kept varbinary(max); EXEC sp_execute_external_script @language = N'insitu', "
            "@script = N's', @params = N'@state varbinary(max) OUTPUT', @state = @kept OUTPUT; "
            "SELECT @kept AS [state]");
  EXPECT_EQ(
      external_script({.script = "s", .query = "q", .partition_by = {"a", "b]"}, .into = "[t]"})
          .text,
      "INSERT INTO [t] EXEC sp_execute_external_script @language = N'insitu', @script = N's', "
      "@input_data_1 = N'q', @input_data_1_partition_by_columns = N'[a], [b]]]'");
  EXPECT_THROW(external_script({.parallel = true, .keeps_state = true}), InvalidArgument);
  EXPECT_THROW(external_script({.binary = {{"a b", ""}}}), InvalidArgument);
  EXPECT_THROW(external_result("predict"), InvalidArgument);
}

}  // namespace
}  // namespace insitu
