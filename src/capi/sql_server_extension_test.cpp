// What only a real server can tell of the extension, a line for each (docs/in-sql-server.md).
#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "base/error.hpp"
#include "capi/self_test_lines.hpp"
#include "contexts/build_identity.hpp"
#include "sql/external_script.hpp"

namespace insitu {

using nlohmann::json;

namespace {

std::string script(json keys) {
  json text = {{"rx", 1}};
  text.update(keys);
  return text.dump();
}

/// Rows of a table that is always there, with a number.
std::string numbers(int rows) {
  return "SELECT TOP (" + std::to_string(rows) +
         ") CAST(ROW_NUMBER() OVER (ORDER BY a.[object_id]) AS float) AS [x] FROM sys.all_objects "
         "AS a CROSS JOIN sys.all_objects AS b";
}

class ExtensionLines {
 public:
  explicit ExtensionLines(SelfTestLines& lines) : lines_(lines) {}

  void hello() {
    lines_.line("extension: hello", [&] {
      const auto told =
          json::parse(lines_.value(external_script({.script = script({{"op", "hello"}}),
                                                    .query = "SELECT 1 AS [x]",
                                                    .result = external_result("hello")})));
      require_same(told.at("protocol").dump(), "1");
      const auto build = told.value("build", std::string());
      return "protocol 1, " + build +
             (build == build_id()
                  ? ""
                  : " (this engine is " + build_id() + ": they must not exchange passes)");
    });
  }

  void states() {
    const std::string one = "SELECT CAST(1 AS float) AS [x]";
    lines_.line("extension: a small state", [&] { return bytes_of_state("~ x", one); });
    lines_.line("extension: a state of 1 MB", [&] {
      std::string formula, columns;
      for (int i = 1; i <= 360; ++i) {
        const auto name = "c" + std::to_string(i);
        formula += (i > 1 ? " + " : "") + name;
        columns +=
            (i > 1 ? ", CAST(" : "CAST(") + std::to_string(i) + " AS float) AS [" + name + "]";
      }
      return bytes_of_state("~ " + formula, "SELECT " + columns, "cov_cor");
    });
    lines_.line("extension: state as output", [&] {
      // The rows go into a table, so that what is selected is the state.
      lines_.execute(
          "CREATE TABLE #insitu_selftest ([task_id] int NULL, [seq] int NULL, [rows_seen] bigint "
          "NULL, [state] varbinary(max) NULL)");
      auto call = map_of(prior_of("summary", "~ x", one), one);
      call.keeps_state = true;
      call.into = "#insitu_selftest";
      const auto rows = lines_.rows(external_script(call));
      if (rows.empty() || !rows[0].at(0)) throw DataError("no state came");
      return std::to_string(rows[0][0]->size()) + " bytes";
    });
  }

  void streaming() {
    lines_.line("extension: streaming", [&] {
      auto call = map_of(prior_of("summary", "~ x", numbers(1)), numbers(1000));
      call.rows_per_read = 100;
      const auto [tasks, pieces, rows] = counted(call);
      require_same(std::to_string(rows) + " rows", "1000 rows");
      if (pieces < 2)
        throw DataError(
            "all rows came in one piece: @r_rowsPerRead does not cut pieces for this "
            "language, so that a task holds its rows in memory");
      return std::to_string(pieces) + " pieces";
    });
    lines_.line("extension: parallel", [&] {
      auto call =
          map_of(prior_of("summary", "~ x", numbers(1)), numbers(20000) + " OPTION (MAXDOP 4)");
      call.parallel = true;
      const auto [tasks, pieces, rows] = counted(call);
      require_same(std::to_string(rows) + " rows", "20000 rows");
      return tasks > 1 ? std::to_string(tasks) + " tasks"
                       : std::string(
                             "1 task: several need Enterprise or Developer, and a plan "
                             "that is parallel");
    });
  }

  /// Types that message 39017 may refuse are told, and are no failure.
  void types() {
    struct {
      const char* type;
      const char* constant;
      bool may_be_refused;
    } static constexpr kTypes[] = {
        {"bit", "1", false},
        {"tinyint", "255", false},
        {"smallint", "-32768", false},
        {"int", "2147483647", false},
        {"bigint", "9007199254740993", false},
        {"real", "1.5", false},
        {"float", "0.1", false},
        {"decimal(20, 4)", "12345678901.2345", false},
        {"money", "1234.5", false},
        {"varchar(20)", "'it''s'", false},
        {"nvarchar(20)", "N'世界'", false},
        {"uniqueidentifier", "'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'", true},
        {"date", "'2020-02-29'", false},
        {"datetime", "'2020-02-29T12:00:00.500'", false},
        {"datetime2(6)", "'2020-02-29T12:00:00.500'", true},
        {"datetimeoffset", "'2020-02-29T12:00:00+05:00'", true},
        {"time", "'12:34:56'", true},
        {"varbinary(10)", "0x4142", true},
    };
    for (const auto& each : kTypes)
      lines_.line(std::string("extension: echo ") + each.type, [&] {
        const auto query =
            std::string("SELECT CAST(") + each.constant + " AS " + each.type + ") AS [x]";
        const auto wanted = lines_.value({query});
        try {
          const auto came = lines_.value(external_script({.script = script({{"op", "sample"}}),
                                                          .query = query,
                                                          .result = {{"x", each.type}}}));
          require_same(came, wanted);
          return std::string("comes back");
        } catch (const DataError& error) {
          if (!each.may_be_refused) throw;
          return "refused, cast it in the query: " + std::string(error.what());
        }
      });
  }

  void surroundings() {
    lines_.line("extension: sentence", [&] {
      try {
        lines_.rows(
            external_script({.script = script({{"op", "hullo"}}), .query = "SELECT 1 AS [x]"}));
      } catch (const DataError& error) {
        if (std::string(error.what()).find("no operation hullo") == std::string::npos)
          throw DataError("the extension's sentence did not come with the error: " +
                          std::string(error.what()));
        return std::string("came with the error");
      }
      throw DataError("an operation that is none was run");
    });
    lines_.line("extension: memory", [&] {
      try {
        return lines_.value({"SELECT CAST(max_memory_percent AS int) AS n FROM "
                             "sys.resource_governor_external_resource_pools WHERE name = "
                             "'default'"}) +
               " percent of the machine's, in the default pool";
      } catch (const DataError&) {
        return std::string("not known: the server does not tell (resource pools)");
      }
    });
  }

 private:
  std::string prior_of(const char* op, const std::string& formula, const std::string& query) {
    return lines_.value(external_script(
        {.script = script({{"op", "begin"}, {"analysis", {{"op", op}, {"formula", formula}}}}),
         .query = query,
         .result = external_result("begin")}));
  }
  static ExternalScript map_of(const std::string& prior, const std::string& query) {
    return {.script = script({{"op", "map"}}),
            .query = query,
            .binary = {{"prior", prior}},
            .result = external_result("map")};
  }
  std::string bytes_of_state(const std::string& formula, const std::string& query,
                             const char* op = "summary") {
    const auto rows = lines_.rows(external_script(map_of(prior_of(op, formula, query), query)));
    if (rows.empty() || !rows[0].at(3)) throw DataError("no state came");
    return std::to_string(rows[0][3]->size()) + " bytes";
  }
  struct Counted {
    std::size_t tasks, pieces;
    std::int64_t rows;
  };
  Counted counted(const ExternalScript& call) {
    std::set<std::string> tasks;
    Counted all{0, 0, 0};
    for (const auto& row : lines_.rows(external_script(call))) {
      tasks.insert(row.at(0).value_or(""));
      ++all.pieces;
      all.rows += std::strtoll(row.at(2).value_or("0").c_str(), nullptr, 10);
    }
    all.tasks = tasks.size();
    return all;
  }

  SelfTestLines& lines_;
};

}  // namespace

void test_sql_server_extension(SelfTestLines& lines) {
  std::string why;
  try {
    if (lines.value({"SELECT COUNT(*) AS n FROM sys.external_languages WHERE [language] = "
                     "N'insitu'"}) == "0")
      why = "the language insitu is not in this database (docs/in-sql-server.md, Install)";
  } catch (const DataError& error) {
    why = "external languages are not to be had: " + std::string(error.what());
  }
  if (!why.empty()) return lines.skipped("extension", why);
  ExtensionLines extension(lines);
  extension.hello();
  extension.states();
  extension.streaming();
  extension.types();
  extension.surroundings();
}

}  // namespace insitu
