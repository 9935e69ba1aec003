// Statements for SQL Server, which is not here to run them, as they were read by a person and by a
// parser (python/tests/test_database_statements.py). INSITU_UPDATE_GOLDEN=yes writes them anew.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "algorithms/bin_counts.hpp"
#include "algorithms/binned_sums.hpp"
#include "algorithms/cov_cor.hpp"
#include "algorithms/find_levels.hpp"
#include "algorithms/glm.hpp"
#include "algorithms/lin_mod.hpp"
#include "algorithms/summary.hpp"
#include "analysis/pass.hpp"
#include "pushdown/questions.hpp"

namespace insitu {
namespace {

SchemaPtr schema() {
  const auto levels = make_levels({"Mon", "it's", "a]b"});
  return std::make_shared<const Schema>(
      std::vector<Field>{{.name = "y"},
                         {.name = "odd ] name"},
                         {.name = "w"},
                         {.name = "k", .type = Type::kInt32},
                         {.name = "big", .type = Type::kInt64},
                         {.name = "day", .type = Type::kDate},
                         {.name = "at", .type = Type::kDateTime},
                         {.name = "l", .type = Type::kLogical},
                         {.name = "s", .type = Type::kString},
                         {.name = "f", .type = Type::kFactor, .levels = levels}});
}

/// The statements of a pass; answers are those of no rows.
template <class A>
std::string statements_of(A analysis, const std::string& selection = "") {
  std::string text;
  const AskAggregates ask = [&](const AggregateQuestion& question) {
    SqlRows rows(SqlDialect::kSqlServer, "[dbo].[flights ]]2]", schema());
    if (!selection.empty()) rows.keep(rows.value(*parse_expression(selection, "test")));
    for (const auto& each : question_statements(rows, question)) text += each + "\n;\n";
    AggregateAnswer answer;
    if (question.by.empty()) {
      auto& cell = answer.cells.emplace_back();
      cell.sums.assign(question.sums.size(), 0);
      cell.counts.assign(question.sums.size(), 0);
    }
    return answer;
  };
  PassOf<A>(analysis).from_aggregates(ask);
  return text;
}

ModelFrame frame_of(const std::string& formula, const std::string& weights = "") {
  FoundDomains found;
  found.ranges["k"] = {0, 3};
  return insitu::bind(parse_formula(formula), *schema(), weights, "", found);
}

std::string all_statements() {
  std::string text;
  Summary summary;
  summary.frame = frame_of("~ y + big + y:f + f:F(k) + l");
  text += "-- rxSummary\n" + statements_of(summary);
  summary.frame = frame_of("~ y:f", "w");
  summary.by_term = false;
  text += "-- rxSummary of complete rows with weights\n" + statements_of(summary);
  LinMod model;
  model.frame = frame_of("y ~ `odd ] name` + f + k:f", "w");
  text += "-- rxLinMod\n" +
          statements_of(model, "f %in% c(\"it's\", \"Mon\") & k > 2 & s != \"a \" & !is.na(day)");
  model.frame = frame_of("y ~ I(k / big) + log(y) + F(k) + N(f)");
  text += "-- rxLinMod of expressions\n" + statements_of(model, "ifelse(l, y > 1, k %% 2L == 0)");
  CovCor covariance;
  covariance.frame = frame_of("~ y + w + round(y) + pmin(y, w) + y^1.5");
  text += "-- rxCovCor\n" + statements_of(covariance);
  Glm logit;
  logit.frame = frame_of("l ~ y + f", "w");
  logit.family = Family::parse("binomial");
  logit.binary = logit.residual = true;
  logit.step = Glm::Step::kFit;
  logit.coefficients = {0.25, -1.5, 1e-3, 2, 0};
  logit.centres = {0, 12.5, 0, 0, 0};
  text += "-- a step of rxLogit\n" + statements_of(logit, "k < 9");
  FindLevels find;
  find.levels_of = {"s"};
  find.ranges_of = {"k"};
  text += "-- levels and ranges\n" + statements_of(find);
  BinnedSums sums;
  sums.variable = "odd ] name";
  sums.other = "y";
  sums.weights = "w";
  text += "-- rxLorenz: the ends\n" + statements_of(sums);
  sums.counting = true;
  sums.low = -2.5;
  sums.high = 1e3;
  text += "-- rxLorenz: the bins\n" + statements_of(sums);
  BinCounts bars;
  bars.frame = frame_of("~ y:f");
  bars.limits.start = -1;
  bars.counting = true;
  bars.breaks = {-1, 0, 0.5, 3, 8};
  return text + "-- rxHistogram\n" + statements_of(bars);
}

TEST(Statements, OfSqlServerAreThoseThatWereRead) {
  const std::string path = INSITU_SOURCE_DIR "/tests/golden/pushdown/sql_server.sql";
  const auto text = all_statements();
  if (const char* update = std::getenv("INSITU_UPDATE_GOLDEN"); update && *update)
    std::ofstream(path, std::ios::binary) << text;
  std::ostringstream golden;
  golden << std::ifstream(path, std::ios::binary).rdbuf();
  EXPECT_EQ(text, golden.str());
}

}  // namespace
}  // namespace insitu
