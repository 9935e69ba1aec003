// Against SQLite, which needs no server; PostgreSQL is met by python/tests/test_databases.py.
#include "odbc/database.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <thread>

namespace insitu {
namespace {

class OdbcDatabaseTest : public testing::Test {
 protected:
  OdbcDatabaseTest() {
    LineOptions options;
    options.where = ConnectionString::parse("Driver=SQLite3;Database=" + file_);
    database_ = std::make_unique<OdbcDatabase>(options);
    connection_ = database_->connect(control_);
  }
  ~OdbcDatabaseTest() override {
    connection_.reset();
    std::filesystem::remove(file_);
  }

  std::vector<Chunk> rows(const std::string& query) {
    std::vector<Chunk> all;
    connection_->query(
        {query}, [&](const Chunk& chunk) { all.push_back(chunk); }, control_);
    return all;
  }

  std::string file_ = (std::filesystem::temp_directory_path() /
                       ("insitu_odbc_" + std::to_string(::getpid()) + ".db"))
                          .string();
  RunControl control_;
  std::unique_ptr<OdbcDatabase> database_;
  std::unique_ptr<SqlConnection> connection_;
};

TEST_F(OdbcDatabaseTest, GivesValuesOfEachTypeAndMissingOnes) {
  connection_->execute({"CREATE TABLE t (a INTEGER, b DOUBLE, c TEXT, d BLOB, e INT4, f DATE)"},
                       control_);
  connection_->execute({"INSERT INTO t VALUES (9007199254740993, 0.1, 'Grüße, 世界 🎉', x'0041', "
                        "7, '2020-02-29'), (NULL, NULL, NULL, NULL, NULL, NULL), (-5, 1e300, '', "
                        "x'', -7, '1969-12-31')"},
                       control_);
  const auto all = rows("SELECT * FROM t");
  ASSERT_EQ(all.size(), 1U);
  const auto& chunk = all[0];
  ASSERT_EQ(chunk.rows, 3U);
  EXPECT_EQ(chunk.column("a").type(), Type::kInt64);
  EXPECT_EQ(chunk.column("a").values<std::int64_t>()[0], 9007199254740993);
  EXPECT_TRUE(chunk.column("a").is_missing(1));
  EXPECT_EQ(chunk.column("b").values<double>()[0], 0.1);
  EXPECT_EQ(chunk.column("b").values<double>()[2], 1e300);
  EXPECT_EQ(chunk.column("c").string_at(0), "Grüße, 世界 🎉");
  EXPECT_FALSE(chunk.column("c").string_valid(1));
  EXPECT_TRUE(chunk.column("c").string_valid(2));
  EXPECT_EQ(chunk.column("d").string_at(0), std::string("\0A", 2));
  EXPECT_EQ(chunk.column("e").type(), Type::kInt32);
  EXPECT_EQ(chunk.column("f").number_at(2), -1);
}

TEST_F(OdbcDatabaseTest, TakesBytesAndRollsBack) {
  connection_->execute({"CREATE TABLE t (id INTEGER, value BLOB)"}, control_);
  std::string bytes;
  for (int i = 0; i < 100000; ++i) bytes += static_cast<char>(i * 7);
  EXPECT_EQ(connection_->execute({"INSERT INTO t VALUES (1, ?)", {bytes}}, control_), 1);
  connection_->begin();
  connection_->execute({"INSERT INTO t VALUES (2, ?)", {""}}, control_);
  connection_->roll_back();
  const auto all = rows("SELECT value FROM t");
  ASSERT_EQ(all.size(), 1U);
  ASSERT_EQ(all[0].rows, 1U);
  EXPECT_EQ(all[0].columns[0].string_at(0), bytes);
}

TEST_F(OdbcDatabaseTest, SaysWhatTheEngineSays) {
  try {
    rows("SELECT * FROM nowhere");
    ADD_FAILURE();
  } catch (const DataError& failure) {
    EXPECT_NE(std::string(failure.what()).find("nowhere"), std::string::npos) << failure.what();
    EXPECT_NE(std::string(failure.what()).find("SQLSTATE"), std::string::npos) << failure.what();
  }
}

TEST_F(OdbcDatabaseTest, EndsAStatementThatIsCancelled) {
  std::thread raiser([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    control_.cancel.raise();
  });
  EXPECT_THROW(rows("WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT "
                    "count(*) FROM n"),
               Cancelled);
  raiser.join();
}

}  // namespace
}  // namespace insitu
