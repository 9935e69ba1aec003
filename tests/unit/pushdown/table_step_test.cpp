// Tables that are written from tables hold what the engine would have written, or nothing changes.
#include "pushdown/table_step.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "unit/pushdown/connections.hpp"

namespace insitu {
namespace {

Chunk sample() {
  std::vector<double> x;
  std::vector<std::int64_t> big;
  std::vector<std::int32_t> k;
  StringBuilder s;
  for (int i = 0; i < 50; ++i) {
    x.push_back(i % 7 ? i / 3.0 : std::nan(""));
    big.push_back(i % 5 ? 9007199254740993 + i : missing_value<std::int64_t>());
    k.push_back(i % 4 ? i : missing_value<std::int32_t>());
    i % 6 ? s.append(i % 2 ? "it's" : "b ") : s.append_missing();
  }
  Chunk chunk;
  chunk.rows = 50;
  chunk.columns = {Column::own(Type::kFloat64, x), Column::own(Type::kInt64, big),
                   Column::own(Type::kInt32, k), s.finish()};
  chunk.schema =
      std::make_shared<const Schema>(std::vector<Field>{{.name = "x"},
                                                        {.name = "big", .type = Type::kInt64},
                                                        {.name = "k", .type = Type::kInt32},
                                                        {.name = "s", .type = Type::kString}});
  return chunk;
}

std::vector<std::string> column_of(SqlConnection& connection, const std::string& sql) {
  std::vector<std::string> all;
  RunControl control;
  connection.query(
      {sql},
      [&](const Chunk& chunk) {
        const auto& column = chunk.columns[0];
        for (std::size_t i = 0; i < chunk.rows; ++i)
          all.push_back(column.is_missing(i)             ? "NULL"
                        : column.type() == Type::kString ? std::string(column.string_at(i))
                        : column.type() == Type::kInt64
                            ? std::to_string(column.values<std::int64_t>()[i])
                            : std::to_string(column.number_at(i)));
      },
      control);
  return all;
}

SqlRows rows_of(const SqlConnection& connection, const Chunk& data) {
  SqlRows rows(connection.dialect(), quoted_name("t", connection.dialect()), data.schema);
  rows.transform("late", parse_expression("x > 5", "test"));
  rows.transform("twice", parse_expression("k * 2L", "test"));
  rows.transform("kind", parse_expression("ifelse(late, paste0(s, \"!\"), \"no\")", "test"));
  rows.transform("x", nullptr);
  rows.keep(rows.value(*parse_expression("is.na(k) | k < 40", "test")));
  return rows;
}

TEST(TableStep, ANewTableHoldsWhatTheEngineComputes) {
  const auto data = sample();
  for (const auto& connection : testing::connections()) {
    testing::write_table(*connection, "t", data);
    RunControl control;
    connection->execute({"DROP TABLE IF EXISTS \"odd \"\" name\""}, control);
    auto rows = rows_of(*connection, data);
    const auto columns = rows.schema().names();
    EXPECT_EQ(columns, (std::vector<std::string>{"big", "k", "s", "late", "twice", "kind"}));
    write_table_step(*connection, rows, columns, {.path = {"odd \" name"}}, control);
    std::vector<std::string> big, kind;
    for (std::size_t i = 0; i < data.rows; ++i) {
      if (!data.columns[2].is_missing(i) && data.columns[2].number_at(i) >= 40) continue;
      big.push_back(data.columns[1].is_missing(i)
                        ? "NULL"
                        : std::to_string(data.columns[1].values<std::int64_t>()[i]));
      const bool missing = data.columns[0].is_missing(i);
      const auto s =
          data.columns[3].string_valid(i) ? std::string(data.columns[3].string_at(i)) : "NA";
      kind.push_back(missing ? "NULL" : data.columns[0].number_at(i) > 5 ? s + "!" : "no");
    }
    auto there = column_of(*connection, "SELECT big FROM \"odd \"\" name\"");
    std::ranges::sort(there);
    std::ranges::sort(big);
    EXPECT_EQ(there, big) << connection->engine();  // whole numbers beyond 2^53 are as they were
    there = column_of(*connection, "SELECT kind FROM \"odd \"\" name\"");
    std::ranges::sort(there);
    std::ranges::sort(kind);
    EXPECT_EQ(there, kind) << connection->engine();
  }
}

TEST(TableStep, WhatWasThereStaysUnlessItIsOverwritten) {
  const auto data = sample();
  for (const auto& connection : testing::connections()) {
    testing::write_table(*connection, "t", data);
    RunControl control;
    connection->execute({"DROP TABLE IF EXISTS old"}, control);
    connection->execute({"CREATE TABLE old (a integer)"}, control);
    connection->execute({"INSERT INTO old VALUES (7)"}, control);
    auto rows = rows_of(*connection, data);
    EXPECT_THROW(write_table_step(*connection, rows, {"k"}, {.path = {"old"}}, control),
                 InvalidArgument);
    EXPECT_EQ(column_of(*connection, "SELECT a FROM old"), std::vector<std::string>{"7"});
    // A statement that fails, in the middle of it all.
    SqlRows wrong(connection->dialect(), quoted_name("not there", connection->dialect()),
                  data.schema);
    EXPECT_THROW(
        write_table_step(*connection, wrong, {"k"}, {.path = {"old"}, .overwrite = true}, control),
        DataError);
    EXPECT_EQ(column_of(*connection, "SELECT a FROM old"), std::vector<std::string>{"7"});
    auto right = rows_of(*connection, data);
    write_table_step(*connection, right, {"k"}, {.path = {"old"}, .overwrite = true}, control);
    EXPECT_GT(column_of(*connection, "SELECT k FROM old").size(), 30u);
    const auto left = connection->dialect() == SqlDialect::kPostgres
                          ? "SELECT COUNT(*) FROM pg_tables WHERE tablename LIKE 'insitu_%'"
                          : "SELECT COUNT(*) FROM sqlite_master WHERE name LIKE 'insitu_%'";
    EXPECT_EQ(column_of(*connection, left), std::vector<std::string>{"0"});
  }
}

TEST(TableStep, SqlServerSelectsIntoAndRenames) {
  const auto data = sample();
  SqlRows rows(SqlDialect::kSqlServer, "[t]", data.schema);
  rows.transform("late", parse_expression("x > 5", "test"));
  const auto statements = table_step_statements(
      rows, {"s", "late"}, {.path = {"dbo", "a]'b"}, .overwrite = true}, "fresh");
  ASSERT_EQ(statements.size(), 3u);
  EXPECT_NE(statements[0].find("INTO [dbo].[fresh] FROM"), std::string::npos);
  EXPECT_EQ(statements[1], "DROP TABLE IF EXISTS [dbo].[a]]'b]");
  EXPECT_EQ(statements[2], "EXEC sp_rename N'[dbo].[fresh]', N'a]''b'");
}

}  // namespace
}  // namespace insitu
