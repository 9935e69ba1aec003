// Passes go to the database where it can compute them, and else rows are read: with the same
// answers, and with the reason on record.
#include "pushdown/context.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "algorithms/glm.hpp"
#include "algorithms/lin_mod.hpp"
#include "algorithms/summary.hpp"
#include "algorithms/with_levels.hpp"
#include "formula/rows/transforms.hpp"
#include "unit/pushdown/connections.hpp"

namespace insitu {
namespace {

using nlohmann::json;

Chunk rows_in_memory() {
  Chunk chunk;
  std::vector<double> x, y;
  StringBuilder s;
  for (int i = 0; i < 500; ++i) {
    x.push_back(i % 11 != 5 ? i / 7.0 : std::nan(""));
    y.push_back(1e6 + 3 * i + (i * i) % 17);
    i % 13 != 12 ? s.append(i % 3 ? "b" : "a ") : s.append_missing();
  }
  chunk.rows = 500;
  chunk.columns = {Column::own(Type::kFloat64, x), Column::own(Type::kFloat64, y), s.finish()};
  chunk.schema = std::make_shared<const Schema>(
      std::vector<Field>{{.name = "x"}, {.name = "y"}, {.name = "s", .type = Type::kString}});
  return chunk;
}

/// Rows that lie in a table, too.
class TableSource final : public DataSource {
 public:
  explicit TableSource(Chunk rows) : rows_(std::move(rows)) {}
  SchemaPtr schema() const override { return rows_.schema; }
  std::string description() const override { return "t"; }
  std::vector<Split> splits() const override {
    return {
        {.index = 0, .begin = 0, .end = rows_.rows, .rows = static_cast<std::int64_t>(rows_.rows)}};
  }
  std::unique_ptr<ChunkReader> open(const Split&, const ReadOptions& options) const override {
    struct Reader final : ChunkReader {
      std::optional<Chunk> rows;
      std::optional<Chunk> next() override { return std::exchange(rows, std::nullopt); }
    };
    auto reader = std::make_unique<Reader>();
    Chunk chunk = rows_;
    if (options.columns) {
      chunk.schema = select_columns(*rows_.schema, *options.columns);
      chunk.columns.clear();
      for (const auto& name : *options.columns) chunk.columns.push_back(rows_.column(name));
    }
    reader->rows = std::move(chunk);
    return reader;
  }
  Recipe recipe() const override { return {"test_table", json{{"type", "test_table"}}.dump()}; }

 private:
  Chunk rows_;
};

class Database final : public SqlDatabase {
 public:
  explicit Database(bool postgres) : postgres_(postgres) {}
  std::unique_ptr<SqlConnection> connect(RunControl&) const override {
    if (postgres_) return PostgresOrNone();
    auto connection = std::make_unique<testing::SqliteConnection>();
    testing::write_table(*connection, "t", rows_in_memory());  // each has its own in memory
    return connection;
  }
  std::string description() const override { return "a database of the test"; }

 private:
  static std::unique_ptr<SqlConnection> PostgresOrNone() {
    auto connection = testing::PostgresConnection::open();
    testing::write_table(*connection, "t", rows_in_memory());
    return connection;
  }
  bool postgres_;
};

/// Runs passes over the chunks of a source one after the other.
class Reading final : public ComputeContext {
 public:
  std::string name() const override { return "reading"; }
  Capabilities capabilities() const override { return {}; }
  std::unique_ptr<Accumulator> run(const Pass& pass, const DataSource& source,
                                   RunControl&) override {
    auto state = pass.start();
    const ReadOptions options{.columns = pass.variables()};
    for (const auto& split : source.splits()) {
      const auto reader = source.open(split, options);
      while (const auto chunk = reader->next()) state->accumulate(*chunk);
    }
    return state;
  }
  void read(const DataSource&, const ReadOptions&, const std::function<void(const Chunk&)>&,
            RunControl&) override {}
};

PushdownContext context(PushdownOptions options = {}, bool postgres = false) {
  return {std::make_shared<Database>(postgres),
          [](const json& recipe) -> std::optional<SqlTable> {
            if (recipe.value("type", "") != "test_table") return std::nullopt;
            return SqlTable{"\"t\"", rows_in_memory().schema};
          },
          std::make_unique<Reading>(), std::move(options)};
}

std::shared_ptr<const DataSource> source(const Pipeline& pipeline = {}) {
  const auto table = std::make_shared<TableSource>(rows_in_memory());
  return pipeline.empty() ? table : transformed(table, pipeline);
}

std::vector<bool> engines() {
  return std::getenv("INSITU_TEST_POSTGRES") ? std::vector{true} : std::vector{false};
}

TEST(Pushdown, AFormulaIsBoundAndFittedInTheDatabase) {
  for (const bool postgres : engines()) {
    Pipeline pipeline;
    pipeline.transforms = {{"z", "log(x + 1)"}, {"late", "y > 1000300 | is.na(s)"}};
    pipeline.row_selection = "x < 60 & !is.na(y)";
    RunControl control;
    auto pushed = context({}, postgres);
    Reading local;
    const auto fit = [&](ComputeContext& where) {
      auto bound = bind_to_source(parse_formula("y ~ z + s + late"), source(pipeline), "", "",
                                  where, control);
      LinMod model;
      model.frame = bound.frame;
      return compute(model, *bound.source, where, control);
    };
    const auto there = fit(pushed), here = fit(local);
    ASSERT_EQ(pushed.records().size(), 2u);
    for (const auto& record : pushed.records()) {
      EXPECT_EQ(record.tier, SqlTier::kDatabase) << record.pass << ": " << record.reason;
      EXPECT_EQ(record.statements.size(), static_cast<std::size_t>(record.traffic.statements));
      EXPECT_LE(record.traffic.rows, 4);
    }
    EXPECT_EQ(there.rows, here.rows);
    EXPECT_EQ(there.missing_rows, here.missing_rows);
    ASSERT_EQ(there.coefficients.size(), here.coefficients.size());
    for (std::size_t i = 0; i < here.coefficients.size(); ++i) {
      if (std::isnan(here.coefficients[i])) continue;
      EXPECT_NEAR(there.coefficients[i], here.coefficients[i],
                  1e-9 * std::fabs(here.coefficients[i]));
    }
  }
}

TEST(Pushdown, RowsAreReadWhereTheDatabaseCannot) {
  Pipeline pipeline;
  pipeline.transforms = {{"z", "gsub(\"a\", \"b\", s)"}};
  RunControl control;
  auto pushed = context();
  Summary summary;
  summary.frame = insitu::bind(parse_formula("~ y"), *source()->schema());
  const auto state = pushed.run(PassOf<Summary>(summary), *source(pipeline), control);
  ASSERT_EQ(pushed.records().size(), 1u);
  EXPECT_EQ(pushed.records()[0].tier, SqlTier::kStream);
  EXPECT_NE(pushed.records()[0].reason.find("gsub"), std::string::npos);
  EXPECT_EQ(summary.finalize(PassOf<Summary>::state(*state)).rows, 500);

  auto strict = context({.tier = SqlTier::kDatabase});
  EXPECT_THROW(strict.run(PassOf<Summary>(summary), *source(pipeline), control), Unsupported);
  auto discreet = context({.min_group_size = 5});
  EXPECT_THROW(discreet.run(PassOf<Summary>(summary), *source(pipeline), control), Unsupported);
  EXPECT_THROW(discreet.read(
                   *source(), {}, [](const Chunk&) {}, control),
               Unsupported);
  auto streamed = context({.tier = SqlTier::kStream});
  EXPECT_NO_THROW(streamed.run(PassOf<Summary>(summary), *source(), control));
  EXPECT_EQ(streamed.records()[0].tier, SqlTier::kStream);
}

TEST(Pushdown, IterationsAreReadUnlessTheDatabaseIsAskedFor) {
  RunControl control;
  Glm model;
  model.frame = insitu::bind(parse_formula("y ~ x"), *source()->schema());
  model.family = Family::parse("gaussian");
  auto chosen = context();
  chosen.run(PassOf<Glm>(model), *source(), control);
  EXPECT_EQ(chosen.records()[0].tier, SqlTier::kStream);
  EXPECT_NE(chosen.records()[0].reason.find("tier = \"database\""), std::string::npos);
  for (const auto& options :
       {PushdownOptions{.tier = SqlTier::kDatabase}, PushdownOptions{.min_group_size = 2}}) {
    auto there = context(options);
    there.run(PassOf<Glm>(model), *source(), control);
    EXPECT_EQ(there.records()[0].tier, SqlTier::kDatabase);
  }
}

/// A server that grows a row with each question, and tells whether it has snapshots.
class Growing final : public SqlConnection {
 public:
  Growing(std::vector<std::string>& sent, int snapshots) : sent_(sent), snapshots_(snapshots) {}
  SqlDialect dialect() const override { return SqlDialect::kSqlServer; }
  std::string engine() const override { return "a double"; }
  SchemaPtr columns_of(const std::string&, RunControl&) override { return nullptr; }
  void query(const SqlStatement& statement, const std::function<void(const Chunk&)>& consume,
             RunControl&) override {
    sent_.push_back(statement.text);
    std::size_t columns = 1;
    double first = snapshots_;
    if (statement.text.find("sys.databases") == std::string::npos) {
      first = rows_;
      if (!in_snapshot_) ++rows_;
      for (auto at = statement.text.find(" AS [s"); at != std::string::npos;
           at = statement.text.find(" AS [s", at + 1))
        ++columns;
    } else if (snapshots_ < 0) {
      throw DataError("no right to look");
    }
    Chunk chunk;
    chunk.rows = 1;
    std::vector<Field> fields;
    for (std::size_t c = 0; c < columns; ++c) {
      fields.push_back({.name = "s" + std::to_string(c)});
      chunk.columns.push_back(Column::own(Type::kFloat64, std::vector{first}));
    }
    chunk.schema = std::make_shared<const Schema>(std::move(fields));
    consume(chunk);
  }
  std::int64_t execute(const SqlStatement& statement, RunControl&) override {
    sent_.push_back(statement.text);
    return -1;
  }
  void begin() override { in_snapshot_ = true; }
  void commit() override { in_snapshot_ = false; }
  void roll_back() noexcept override { in_snapshot_ = false; }

 private:
  std::vector<std::string>& sent_;
  int snapshots_;
  double rows_ = 500;
  bool in_snapshot_ = false;
};

TEST(Pushdown, RowsThatChangeBetweenPassesAreSaidWhereThereIsNoSnapshot) {
  struct Server final : SqlDatabase {
    std::vector<std::string>& sent;
    int snapshots;
    Server(std::vector<std::string>& to, int has) : sent(to), snapshots(has) {}
    std::unique_ptr<SqlConnection> connect(RunControl&) const override {
      return std::make_unique<Growing>(sent, snapshots);
    }
    std::string description() const override { return "a double"; }
  };
  RunControl control;
  Summary summary;
  summary.frame = insitu::bind(parse_formula("~ y"), *source()->schema());
  for (const int snapshots : {1, 0, -1}) {
    std::vector<std::string> sent;
    for (const auto tier : {SqlTier::kAuto, SqlTier::kDatabase}) {
      PushdownContext pushed(std::make_shared<Server>(sent, snapshots),
                             [](const json&) -> std::optional<SqlTable> {
                               return SqlTable{"[t]", rows_in_memory().schema};
                             },
                             std::make_unique<Reading>(), {.tier = tier});
      const PassOf<Summary> pass(summary);
      (void)pushed.run(pass, *source(), control);
      if (snapshots == 1) {
        EXPECT_NO_THROW(pushed.run(pass, *source(), control));
        continue;
      }
      EXPECT_THROW(pushed.run(pass, *source(), control), RowsChanged);
    }
    const auto isolation = std::ranges::count(sent, "SET TRANSACTION ISOLATION LEVEL SNAPSHOT");
    EXPECT_EQ(isolation, snapshots == 1 ? 2 : 0);
  }
}

TEST(Pushdown, WhyNotIsKnownBeforeAnythingIsAsked) {
  Pipeline pipeline;
  pipeline.start_row = 5;
  RunControl control;
  auto pushed = context();
  Summary summary;
  summary.frame = insitu::bind(parse_formula("~ y"), *source()->schema());
  EXPECT_EQ(pushed.why_not(PassOf<Summary>(summary), *source(), control), "");
  EXPECT_NE(pushed.why_not(PassOf<Summary>(summary), *source(pipeline), control).find("startRow"),
            std::string::npos);
  EXPECT_TRUE(pushed.records().empty());
}

}  // namespace
}  // namespace insitu
