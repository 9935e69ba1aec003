// Iterations in a database end where those over the rows end.
#include "algorithms/glm.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "analysis/pass.hpp"
#include "pushdown/questions.hpp"
#include "unit/pushdown/connections.hpp"

namespace insitu {
namespace {

Chunk sample() {
  std::mt19937_64 random(9);
  std::normal_distribution<double> normal;
  std::vector<double> x, far, late, count, cost, w;
  std::vector<std::int32_t> f;
  for (int i = 0; i < 1500; ++i) {
    x.push_back(i % 31 == 5 ? std::nan("") : normal(random));
    far.push_back(1e3 + normal(random));
    f.push_back(i % 29 == 3 ? -1 : static_cast<std::int32_t>(random() % 3));
    const double eta =
        0.4 + 0.8 * (i % 31 == 5 ? 0 : x.back()) - 0.5 * (far.back() - 1e3) + 0.3 * f.back();
    late.push_back(std::uniform_real_distribution<double>()(random) < 1 / (1 + std::exp(-eta)) ? 1
                                                                                               : 0);
    std::poisson_distribution<int> poisson(std::exp(0.5 * eta));
    count.push_back(i % 37 == 1 ? std::nan("") : poisson(random));
    cost.push_back(std::exp(0.3 * eta + 0.2 * normal(random)));
    w.push_back(i % 23 == 2 ? std::nan("")
                : i % 7     ? 0.5 + static_cast<double>(random() % 100) / 50
                            : 0);
  }
  const auto levels = make_levels({"it's", "b", "c"});
  Chunk chunk;
  chunk.rows = x.size();
  chunk.columns = {Column::own(Type::kFloat64, x),       Column::own(Type::kFloat64, far),
                   Column::own(Type::kFloat64, late),    Column::own(Type::kFloat64, count),
                   Column::own(Type::kFloat64, cost),    Column::own(Type::kFloat64, w),
                   Column::own(Type::kFactor, f, levels)};
  chunk.schema = std::make_shared<const Schema>(
      std::vector<Field>{{.name = "x"},
                         {.name = "far"},
                         {.name = "late"},
                         {.name = "count"},
                         {.name = "cost"},
                         {.name = "w"},
                         {.name = "f", .type = Type::kFactor, .levels = levels}});
  return chunk;
}

struct Fitted {
  GlmFit fit;
  int pushed = 0, read = 0;
};

/// `ask` may be empty: all passes read.
Fitted fitted(Glm analysis, const Chunk& rows, const AskAggregates& ask) {
  Fitted result;
  for (;;) {
    const PassOf<Glm> pass(analysis);
    std::unique_ptr<Accumulator> state;
    if (ask) try {
        state = pass.from_aggregates(ask);
        pass.start()->load(state->save());
        ++result.pushed;
      } catch (const Unsupported&) {  // rows are read
        state = nullptr;
      }
    if (!state) {
      state = pass.start();
      state->accumulate(rows);
      ++result.read;
    }
    const auto& sums = PassOf<Glm>::state(*state);
    if (analysis.update(sums)) continue;
    result.fit = analysis.finalize(sums);
    return result;
  }
}

TEST(GlmAggregates, IterationsEndWhereThoseOverRowsEnd) {
  const auto data = sample();
  struct Case {
    const char *formula, *family, *weights;
    int most_read;
  };
  for (const auto& connection : testing::connections()) {
    testing::write_table(*connection, "t", data);
    const AskAggregates ask = [&](const AggregateQuestion& question) {
      SqlRows rows(connection->dialect(), quoted_name("t", connection->dialect()), data.schema);
      RunControl control;
      SqlTraffic traffic;
      return ask_question(*connection, rows, question, {}, traffic, control);
    };
    for (const auto& each :
         {Case{"late ~ x + far", "binomial", "", 0}, Case{"late ~ x + far + f", "binomial", "w", 0},
          Case{"late ~ f + x:f", "quasibinomial", "", 0}, Case{"count ~ x + f", "poisson", "", 1},
          Case{"count ~ x + log(cost) + f", "quasipoisson", "w", 0},
          Case{"cost ~ x + f", "Gamma(link = \"log\")", "", 1},
          Case{"cost ~ x + far", "Gamma", "", 1}, Case{"cost ~ x + f", "gaussian", "", 0}}) {
      const auto what = std::string(each.formula) + " " + each.family + " " + connection->engine();
      Glm model;
      model.frame = insitu::bind(parse_formula(each.formula), *data.schema, each.weights);
      model.family = Family::parse(each.family);
      model.binary = std::string(each.family) == "binomial";
      model.constants = true;
      const auto local = fitted(model, data, {}), server = fitted(model, data, ask);
      EXPECT_LE(server.read, each.most_read) << what;
      EXPECT_GE(server.pushed, 3) << what;
      EXPECT_EQ(server.fit.iterations, local.fit.iterations) << what;
      EXPECT_TRUE(server.fit.converged) << what;
      EXPECT_EQ(server.fit.observations, local.fit.observations) << what;
      EXPECT_EQ(server.fit.linear.missing_rows, local.fit.linear.missing_rows) << what;
      EXPECT_NEAR(server.fit.deviance, local.fit.deviance, 1e-9 * local.fit.deviance) << what;
      EXPECT_NEAR(server.fit.dispersion, local.fit.dispersion, 1e-8 * local.fit.dispersion) << what;
      ASSERT_EQ(server.fit.coefficients.size(), local.fit.coefficients.size());
      for (std::size_t k = 0; k < local.fit.coefficients.size(); ++k) {
        if (std::isnan(local.fit.coefficients[k])) {
          EXPECT_TRUE(std::isnan(server.fit.coefficients[k])) << what;
          continue;
        }
        const double size = std::max(std::fabs(local.fit.centred_coefficients[k]), 0.1);
        EXPECT_NEAR(server.fit.centred_coefficients[k], local.fit.centred_coefficients[k],
                    1e-8 * size)
            << what;
        EXPECT_NEAR(server.fit.std_errors[k], local.fit.std_errors[k],
                    1e-7 * local.fit.std_errors[k])
            << what;
      }
    }
  }
}

TEST(GlmAggregates, ResponsesThatCannotBeAreLeftToTheRows) {
  auto data = sample();
  testing::SqliteConnection connection;
  testing::write_table(connection, "t", data);
  Glm model;
  model.frame = insitu::bind(parse_formula("count ~ x"), *data.schema);
  model.family = Family::parse("binomial");
  model.binary = true;
  const AskAggregates ask = [&](const AggregateQuestion& question) {
    SqlRows rows(SqlDialect::kSqlite, "\"t\"", data.schema);
    RunControl control;
    SqlTraffic traffic;
    return ask_question(connection, rows, question, {}, traffic, control);
  };
  EXPECT_THROW(PassOf<Glm>(model).from_aggregates(ask), Unsupported);
}

}  // namespace
}  // namespace insitu
