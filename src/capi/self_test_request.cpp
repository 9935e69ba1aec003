#include "capi/self_test_request.hpp"

#include <cmath>
#include <nlohmann/json.hpp>
#include <random>

#include "algorithms/linear_model.hpp"
#include "base/error.hpp"
#include "base/named.hpp"
#include "base/number_text.hpp"
#include "capi/self_test_lines.hpp"
#include "data/sink.hpp"
#include "methods/exports/scored_columns.hpp"
#include "odbc/database.hpp"
#include "odbc/sink.hpp"
#include "pushdown/questions.hpp"
#include "pushdown/table_step.hpp"
#include "sql/transaction.hpp"
#include "sql/turns.hpp"

namespace insitu {

using nlohmann::json;

namespace {

constexpr int kRows = 200;
constexpr auto kDialect = SqlDialect::kSqlServer;
const std::vector<std::string> kLabels = {"red", "it's", "世界"};

/// x = i / 8, f = one of three labels, missing now and then; written to a table of its own.
Chunk sample() {
  std::vector<double> x(kRows);
  StringBuilder f;
  for (std::size_t i = 0; i < kRows; ++i) {
    x[i] = i % 50 == 7 ? missing_value<double>() : static_cast<double>(i) / 8;
    i % 40 == 3 ? f.append_missing() : f.append(kLabels[i % 3]);
  }
  Chunk chunk;
  chunk.rows = kRows;
  chunk.columns = {Column::own(Type::kFloat64, std::move(x)), f.finish()};
  chunk.schema = std::make_shared<const Schema>(
      std::vector<Field>{{.name = "x"}, {.name = "f", .type = Type::kString}});
  return chunk;
}

/// y = 1 + 2 x + a number for each label.
ScoredModel model() {
  std::vector<Field> fields = {{.name = "y"}, {.name = "x"}, {.name = "f", .type = Type::kFactor}};
  fields[2].levels = make_levels(kLabels);
  ScoredModel scored;
  auto& linear = scored.linear;
  linear.frame = insitu::bind(parse_formula("y ~ x + f"), Schema(std::move(fields)));
  linear.columns.assign(5, LinearModel::ColumnState::kKept);
  linear.centres = {0, 0, 0, 0, 0};
  linear.coefficients = {1, 2, 0.5, -0.25, 4};
  linear.sigma = {1};
  return scored;
}

/// The sum of the predictions of the sample.
double sum_of_predictions() {
  const double own[] = {0.5, -0.25, 4};
  double sum = 0;
  for (int i = 0; i < kRows; ++i)
    if (i % 50 != 7 && i % 40 != 3) sum += 1 + 2 * (i / 8.0) + own[i % 3];
  return sum;
}

void require_close(const std::string& found, double wanted) {
  const double value = number_of_text(found).value_or(missing_value<double>());
  if (!(std::fabs(value - wanted) <= 1e-9 * std::fabs(wanted)))
    throw DataError("gave " + found + " instead of " + shortest_text(wanted));
}

struct Echo {
  const char* type;
  const char* constant;
  const char* comes;  ///< as SelfTestLines::rows writes it
};

void test_types(SelfTestLines& lines) {
  static constexpr Echo kTypes[] = {
      {"bit", "1", "1e0"},
      {"tinyint", "255", "255e0"},
      {"smallint", "-32768", "-32768e0"},
      {"int", "2147483647", "2147483647e0"},
      {"bigint", "9007199254740993", "9007199254740993"},
      {"real", "1.5", "1.5e0"},
      {"float", "-2.2250738585072014e-308", "-2.2250738585072014e-308"},
      {"decimal(20, 4)", "12345678901.2345", "12345678901.2345e0"},
      {"money", "1234.5", "1234.5e0"},
      {"varchar(20)", "'it''s'", "it's"},
      {"nvarchar(20)", "N'世界 🎉'", "世界 🎉"},
      {"uniqueidentifier", "'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'",
       "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11"},
      {"date", "'2020-02-29'", "18321e0"},
      {"datetime", "'2020-02-29T12:00:00.500'", "1582977600.5e0"},
      {"datetime2(6)", "'2020-02-29T12:00:00.000001'", "1582977600.000001e0"},
      {"datetimeoffset", "'2020-02-29T12:00:00+05:00'", "1582959600e0"},
      {"varbinary(10)", "0x004142", ""},
  };
  for (const auto& each : kTypes)
    lines.line(std::string("echo ") + each.type, [&] {
      auto came = lines.value(
          {std::string("SELECT CAST(") + each.constant + " AS " + each.type + ") AS [x]"});
      if (std::string_view(each.type).starts_with("varbinary")) {
        require_same(std::to_string(came.size()) + " bytes", "3 bytes");
        return std::string("3 bytes");
      }
      const std::string wanted(each.comes);
      const bool number = wanted.size() > 2 && wanted.ends_with("e0");
      if (number) {
        if (number_of_text(came) != number_of_text(wanted)) require_same(came, wanted);
      } else {
        require_same(came, wanted);
      }
      return came;
    });
  lines.line("echo nvarchar(max) of 100,000 characters", [&] {
    const auto came =
        lines.value({"SELECT REPLICATE(CAST(N'世' AS nvarchar(max)), 100000) AS [x]"});
    require_same(std::to_string(came.size()) + " bytes", "300000 bytes");
    return std::to_string(came.size()) + " bytes";
  });
}

void test_tables(SelfTestLines& lines, OdbcOptions options, const std::string& table) {
  options.table = table;
  const auto quoted = quoted_name(table, kDialect);
  bool written = false;
  lines.line("write: rows (OPENJSON)", [&] {
    const auto rows = sample();
    const auto sink = open_odbc_sink(options, rows.schema, {.overwrite = true});
    sink->write(rows);
    sink->finish();
    require_same(lines.value({"SELECT COUNT(*) AS n FROM " + quoted + " WHERE [f] = N'世界'"}),
                 "65");
    written = true;
    return std::to_string(kRows) + " rows";
  });
  if (!written) return;
  const auto rows_of = [&] { return SqlRows(kDialect, quoted, sample().schema); };
  lines.line("write: a failure leaves the old table", [&] {
    try {
      Transaction transaction(lines.connection());
      lines.execute("DROP TABLE " + quoted);
      lines.execute("SELECT 1 / 0 AS n INTO " + quoted_name(table + "_2", kDialect));
    } catch (const DataError&) {
    }
    require_same(lines.value({"SELECT COUNT(*) AS n FROM " + quoted}), std::to_string(kRows));
    return std::string("it is there");
  });
  lines.line("write: turns of writers", [&] {
    Transaction transaction(lines.connection());
    take_turn(lines.connection(), "self-test of " + quoted, lines.control());
    transaction.commit();
    return std::string("taken as the first statement of a transaction");
  });
  lines.line("pushdown: sums from means", [&] {
    AggregateQuestion question;
    question.variables = {{.text = "x"}};
    question.values = {{.factors = {0}, .from = RowValue::Centre::kMean}};
    question.sums = {{.of = RowSum::Of::kCount, .values = {0}},
                     {.of = RowSum::Of::kCentre, .values = {0}},
                     {.of = RowSum::Of::kHigh, .values = {0}}};
    auto rows = rows_of();
    SqlTraffic traffic;
    const auto answer =
        ask_question(lines.connection(), rows, question, {}, traffic, lines.control());
    const auto& cell = answer.cells.at(0);
    double sum = 0;
    for (int i = 0; i < kRows; ++i) sum += i % 50 == 7 ? 0 : i / 8.0;
    require_same(std::to_string(cell.counts.at(0)), "196");
    require_close(shortest_text(cell.sums.at(1)), sum / 196);
    require_same(shortest_text(cell.sums.at(2)), shortest_text((kRows - 1) / 8.0));
    return std::string("196 values, their mean and the largest");
  });
  lines.line("scoring: a table of predictions", [&] {
    auto rows = rows_of();
    add_predictions(rows, model(), {}, {{.name = "y_Pred"}});
    const auto into = table + "_scores";
    write_table_step(lines.connection(), rows, {"y_Pred", "f"}, {.path = {into}, .overwrite = true},
                     lines.control());
    const auto found =
        lines.value({"SELECT SUM([y_Pred]) AS s FROM " + quoted_name(into, kDialect)});
    lines.execute("DROP TABLE " + quoted_name(into, kDialect));
    require_close(found, sum_of_predictions());
    return "sum " + found;
  });
  const auto run = [&](const char* as, const std::string& use) {
    const auto name = table + "_" + as;
    lines.line("scoring: a " + std::string(as), [&] {
      auto statement = export_sql(
          model(), {.dialect = "sqlserver", .as = as, .name = "dbo." + name, .table = table});
      lines.execute(statement);
      double sum = 0;
      std::string failure;
      try {
        for (const auto& row : lines.rows({use}))
          if (row.back()) sum += number_of_text(*row.back()).value_or(missing_value<double>());
      } catch (const DataError& error) {
        failure = error.what();
      }
      const std::string kind = as;
      lines.execute("DROP " + kind + " " + quoted_name(name, kDialect));
      if (!failure.empty()) throw DataError(failure);
      require_close(shortest_text(sum), sum_of_predictions());
      return "sum " + shortest_text(sum);
    });
  };
  run("view", "SELECT [y_Pred] FROM " + quoted_name(table + "_view", kDialect));
  run("function", "SELECT p.[y_Pred] FROM " + quoted + " AS t CROSS APPLY dbo." +
                      quoted_name(table + "_function", kDialect) + "(t.[x], t.[f]) AS p");
  run("procedure", "EXEC dbo." + quoted_name(table + "_procedure", kDialect) +
                       " @inputData = " + quoted_text("SELECT [x], [f] FROM " + quoted, kDialect));
  lines.line("drop: the tables of this test", [&] {
    lines.execute("DROP TABLE " + quoted);
    return std::string("gone");
  });
}

std::string report_of(const json& lines, const std::string& where) {
  std::string text = "SQL Server self-test: " + where + "\n";
  std::size_t failed = 0, skipped = 0;
  for (const auto& each : lines) {
    const bool tried = each["ok"].is_boolean(), ok = tried && each["ok"].get<bool>();
    failed += tried && !ok;
    skipped += !tried;
    text += std::string(!tried ? "  -     "
                        : ok   ? "  ok    "
                               : "  FAIL  ") +
            each["line"].get<std::string>() + ": " + each["found"].get<std::string>() + "\n";
  }
  return text + std::to_string(lines.size() - failed - skipped) + " as they should be, " +
         std::to_string(failed) + " failed, " + std::to_string(skipped) + " not tried\n";
}

}  // namespace

json sql_server_self_test_request(Call& call) {
  const auto descriptor = call.options.value("data");
  OdbcOptions options;
  options.type = "RxSqlServerData";
  options.line =
      line_options_from_json(options.type, descriptor.is_object() ? descriptor : json::object());
  const OdbcDatabase database(options.line);
  const auto connection = database.connect(call.control);
  if (connection->dialect() != kDialect)
    throw InvalidArgument("the self-test is of SQL Server, and `connectionString` leads to "_named +
                          connection->engine());
  SelfTestLines lines(*connection, call.control);
  lines.note("connection", true, connection->engine());
  lines.line("version", [&] {
    return lines.value({"SELECT CAST(SERVERPROPERTY('ProductVersion') AS nvarchar(100)) AS v"}) +
           ", " + lines.value({"SELECT CAST(SERVERPROPERTY('Edition') AS nvarchar(100)) AS v"});
  });
  test_types(lines);
  std::random_device random;
  test_tables(lines, options, "insitu_selftest_" + std::to_string(random()));
  test_sql_server_extension(lines);
  bool ok = true;
  for (const auto& each : lines.lines()) ok &= each["ok"].is_null() || each["ok"].get<bool>();
  return {{"ok", ok},
          {"lines", lines.lines()},
          {"printed", report_of(lines.lines(), database.description())}};
}

}  // namespace insitu
