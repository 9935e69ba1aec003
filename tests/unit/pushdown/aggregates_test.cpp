// What analyses make of sums that servers form is what they make of the rows.
#include "analysis/aggregates.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "algorithms/centred_columns.hpp"
#include "algorithms/cov_cor.hpp"
#include "algorithms/find_levels.hpp"
#include "algorithms/lin_mod.hpp"
#include "algorithms/summary.hpp"
#include "analysis/pass.hpp"
#include "pushdown/questions.hpp"
#include "unit/pushdown/connections.hpp"

namespace insitu {
namespace {

using testing::connections;

const std::vector<std::string> kLevels = {"Mon", "a b", "it's", "never"};

Chunk sample(std::size_t rows) {
  std::mt19937_64 random(3);
  const auto pick = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  const auto number = [&] { return static_cast<double>(random() % 100'000) / 1e5; };
  std::vector<double> y, far, near, w, zero;
  std::vector<std::int32_t> k, f, g;
  std::vector<std::int64_t> big;
  for (std::size_t i = 0; i < rows; ++i) {
    const auto missing = [&](double x) { return pick(20) ? x : std::nan(""); };
    f.push_back(pick(20) ? static_cast<std::int32_t>(pick(3)) : -1);
    g.push_back(pick(20) ? static_cast<std::int32_t>(pick(2)) : -1);
    k.push_back(pick(20) ? static_cast<std::int32_t>(pick(12)) : missing_value<std::int32_t>());
    far.push_back(missing(1e9 + number()));                         // digits far from zero
    near.push_back(missing((f.back() == 1 ? 1e8 : 0) + number()));  // in one cell only
    y.push_back(missing(far.back() - 1e9 + 3 * f.back() + number()));
    w.push_back(pick(6) ? number() * 5 : pick(2) ? 0 : std::nan(""));
    zero.push_back(0);
    big.push_back(pick(20) ? (std::int64_t{1} << 60) + static_cast<std::int64_t>(pick(1000))
                           : missing_value<std::int64_t>());
  }
  const auto days = make_levels(kLevels), sides = make_levels({"left", "right"});
  Chunk chunk;
  chunk.rows = rows;
  chunk.columns = {Column::own(Type::kFloat64, y),      Column::own(Type::kFloat64, far),
                   Column::own(Type::kFloat64, near),   Column::own(Type::kFloat64, w),
                   Column::own(Type::kFloat64, zero),   Column::own(Type::kInt32, k),
                   Column::own(Type::kFactor, f, days), Column::own(Type::kFactor, g, sides),
                   Column::own(Type::kInt64, big)};
  chunk.schema = std::make_shared<const Schema>(
      std::vector<Field>{{.name = "y"},
                         {.name = "far"},
                         {.name = "near"},
                         {.name = "w"},
                         {.name = "zero"},
                         {.name = "k", .type = Type::kInt32},
                         {.name = "f", .type = Type::kFactor, .levels = days},
                         {.name = "g", .type = Type::kFactor, .levels = sides},
                         {.name = "big", .type = Type::kInt64}});
  return chunk;
}

class Asked {
 public:
  Asked(SqlConnection& connection, const Chunk& rows) : connection_(connection), rows_(rows) {}
  AskAggregates ask(AskOptions options = {}, const char* selection = nullptr) {
    return [this, options, selection](const AggregateQuestion& question) {
      SqlRows rows(connection_.dialect(), quoted_name("t", connection_.dialect()), rows_.schema);
      if (selection) rows.keep(rows.value(*parse_expression(selection, "test")));
      RunControl control;
      return ask_question(connection_, rows, question, options, traffic, control);
    };
  }
  SqlTraffic traffic;

 private:
  SqlConnection& connection_;
  const Chunk& rows_;
};

ModelFrame frame_of(const std::string& formula, const Chunk& rows, const std::string& pweights = "",
                    const std::string& fweights = "") {
  return insitu::bind(parse_formula(formula), *rows.schema, pweights, fweights);
}

void expect_near(const std::vector<double>& a, const std::vector<double>& b,
                 const std::string& what, double tolerance = 1e-9) {
  ASSERT_EQ(a.size(), b.size()) << what;
  double size = 0;
  for (const double x : b) size = std::isfinite(x) ? std::max(size, std::fabs(x)) : size;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (std::isnan(b[i])) {
      EXPECT_TRUE(std::isnan(a[i])) << what << " " << i;
      continue;
    }
    EXPECT_NEAR(a[i], b[i], tolerance * std::max(std::fabs(b[i]), 1e-3 * size)) << what << " " << i;
  }
}

template <class A>
auto both(A analysis, const Chunk& rows, const AskAggregates& ask) {
  const PassOf<A> pass(analysis);
  auto local = pass.start();
  local->accumulate(rows);
  const auto server = pass.from_aggregates(ask);
  pass.start()->load(server->save());  // what comes from elsewhere is checked
  return std::pair(analysis.finalize(PassOf<A>::state(*local)),
                   analysis.finalize(PassOf<A>::state(*server)));
}

void expect_same(const Statistics& server, const Statistics& local, const std::string& what) {
  EXPECT_EQ(server.valid, local.valid) << what;
  EXPECT_EQ(server.missing, local.missing) << what;
  const auto value = [](double x) { return std::isnan(x) ? -1 : x; };
  EXPECT_EQ(value(server.low), value(local.low)) << what;
  EXPECT_EQ(value(server.high), value(local.high)) << what;
  expect_near({server.mean}, {local.mean}, what + " mean");
  expect_near({server.sum}, {local.sum}, what + " sum");
  expect_near({server.std_dev}, {local.std_dev}, what + " std_dev");
  expect_near({server.weight, server.missing_weight}, {local.weight, local.missing_weight},
              what + " weights");
}

TEST(Aggregates, SummaryIsThatOfTheRows) {
  const auto data = sample(3000);
  for (const auto& connection : connections()) {
    testing::write_table(*connection, "t", data);
    Asked asked(*connection, data);
    for (const bool by_term : {true, false})
      for (const auto* weights : {"", "w"})
        for (const auto* formula :
             {"~ y + far + near + k + big", "~ f + g + f:g", "~ far:f + near:f:g + y",
              "~ big:f + log(k) + F(k)", "~ near:y + y:f", "~ I(y > 1) + zero"}) {
          const std::string what = std::string(formula) + " " + weights + " " +
                                   connection->engine() + (by_term ? "" : " complete");
          Summary summary;
          FoundDomains found;
          found.ranges["k"] = {0, 11};
          summary.frame = insitu::bind(parse_formula(formula), *data.schema, weights, "", found);
          summary.by_term = by_term;
          const auto [local, server] = both(summary, data, asked.ask());
          EXPECT_EQ(server.rows, local.rows) << what;
          EXPECT_EQ(server.missing_rows, local.missing_rows) << what;
          for (std::size_t t = 0; t < local.terms.size(); ++t) {
            const auto term = what + " term " + std::to_string(t);
            expect_same(server.terms[t].all, local.terms[t].all, term);
            ASSERT_EQ(server.terms[t].cells.size(), local.terms[t].cells.size()) << term;
            for (std::size_t c = 0; c < local.terms[t].cells.size(); ++c)
              expect_same(server.terms[t].cells[c], local.terms[t].cells[c],
                          term + " cell " + std::to_string(c));
            expect_near(server.terms[t].counts, local.terms[t].counts, term + " counts");
          }
        }
    EXPECT_GT(asked.traffic.statements, 0);
    EXPECT_LT(asked.traffic.rows, 1000);
  }
}

/// The constants are those of each one's centres, which may be a last digit of 1e9 apart.
template <class Fit>
std::vector<double> coefficients_at_centres(const Fit& fit, const Fit& other) {
  auto b = fit.centred_coefficients;
  for (std::size_t first = 0; first < b.size(); first += fit.centres.size())
    recentre(b.data() + first, fit.centres, other.centres, {0});
  return b;
}

TEST(Aggregates, LeastSquaresAreThoseOfTheRows) {
  const auto data = sample(3000);
  for (const auto& connection : connections()) {
    testing::write_table(*connection, "t", data);
    Asked asked(*connection, data);
    for (const auto* weights : {"", "w"})
      for (const auto* formula :
           {"y ~ far + k", "y ~ f", "y ~ far + f + g", "y ~ f:g + far", "y ~ far:f + k",
            "far + y ~ f + k:g", "y ~ k + log(k) + I(k * far)", "y ~ N(f) + F(k, 0, 11)"}) {
        const std::string what = std::string(formula) + " " + weights + " " + connection->engine();
        LinMod model;
        model.frame = frame_of(formula, data, weights);
        const auto [local, server] = both(model, data, asked.ask());
        EXPECT_EQ(server.rows, local.rows) << what;
        EXPECT_EQ(server.missing_rows, local.missing_rows) << what;
        EXPECT_EQ(server.aliased, local.aliased) << what;
        expect_near(coefficients_at_centres(server, local), local.centred_coefficients,
                    what + " coefficients", 1e-8);
        expect_near(server.residual_squares, local.residual_squares, what + " residuals");
        expect_near(server.r_squared, local.r_squared, what + " R2");
        expect_near(server.column_means, local.column_means, what + " means");
      }
  }
}

TEST(Aggregates, ManyCellsAreAskedTermByTerm) {
  auto data = sample(2000);
  std::vector<std::int32_t> a, b;
  std::mt19937_64 random(5);
  std::vector<std::string> many;
  for (int i = 0; i < 300; ++i) many.push_back("level " + std::to_string(i));
  for (std::size_t i = 0; i < data.rows; ++i) {
    a.push_back(static_cast<std::int32_t>(random() % 300));
    b.push_back(static_cast<std::int32_t>(random() % 300));
  }
  const auto levels = make_levels(many);
  data.columns.push_back(Column::own(Type::kFactor, a, levels));
  data.columns.push_back(Column::own(Type::kFactor, b, levels));
  auto fields = data.schema->fields();
  fields.push_back({.name = "a", .type = Type::kFactor, .levels = levels});
  fields.push_back({.name = "b", .type = Type::kFactor, .levels = levels});
  data.schema = std::make_shared<const Schema>(fields);
  for (const auto& connection : connections()) {
    testing::write_table(*connection, "t", data);
    Asked asked(*connection, data);
    LinMod model;
    model.frame = frame_of("y ~ far + a + b", data);
    const auto [local, server] = both(model, data, asked.ask());
    EXPECT_EQ(server.aliased, local.aliased);
    expect_near(server.residual_squares, local.residual_squares, "residuals");
    expect_near(coefficients_at_centres(server, local), local.centred_coefficients, "coefficients",
                1e-7);
  }
}

TEST(Aggregates, CovariancesAreThoseOfTheRows) {
  const auto data = sample(3000);
  for (const auto& connection : connections()) {
    testing::write_table(*connection, "t", data);
    Asked asked(*connection, data);
    for (const auto* weights : {"", "w"})
      for (const auto* type : {"Cov", "Cor", "SSCP"}) {
        CovCor analysis;
        analysis.frame = frame_of("~ y + far + f + k:g", data, weights);
        analysis.type = type;
        const auto [local, server] = both(analysis, data, asked.ask());
        EXPECT_EQ(server.names, local.names);
        EXPECT_EQ(server.rows, local.rows);
        expect_near(server.matrix, local.matrix,
                    std::string(type) + weights + connection->engine());
        expect_near(server.means, local.means, "means");
      }
  }
}

TEST(Aggregates, LevelsAndRangesAreFound) {
  const auto data = sample(1000);
  for (const auto& connection : connections()) {
    testing::write_table(*connection, "t", data);
    Asked asked(*connection, data);
    FindLevels find;
    find.levels_of = {"f", "g"};
    find.ranges_of = {"k", "log(k)"};
    const auto [local, server] = both(find, data, asked.ask());
    for (const auto& [name, levels] : local.levels) {
      auto sorted = levels;
      std::ranges::sort(sorted);
      EXPECT_EQ(server.levels.at(name), sorted);
    }
    EXPECT_EQ(server.ranges.at("k"), local.ranges.at("k"));
    EXPECT_EQ(server.ranges.at("log(k)").first, 0);
  }
}

TEST(Aggregates, SelectionsGoIntoTheStatement) {
  const auto data = sample(1000);
  for (const auto& connection : connections()) {
    testing::write_table(*connection, "t", data);
    Asked asked(*connection, data);
    Summary summary;
    summary.frame = frame_of("~ y", data);
    const auto pass = PassOf<Summary>(summary);
    const auto state = pass.from_aggregates(asked.ask({}, "k >= 6 & f == \"it's\""));
    const auto& result = summary.finalize(PassOf<Summary>::state(*state));
    std::int64_t rows = 0;
    for (std::size_t i = 0; i < data.rows; ++i)
      rows += data.columns[5].number_at(i) >= 6 && data.columns[6].values<std::int32_t>()[i] == 2;
    EXPECT_EQ(result.rows, rows);
    EXPECT_GT(rows, 0);
  }
}

TEST(Aggregates, SmallGroupsAreNotTold) {
  const auto data = sample(200);
  for (const auto& connection : connections()) {
    testing::write_table(*connection, "t", data);
    Asked asked(*connection, data);
    Summary summary;
    summary.frame = frame_of("~ y:f", data);
    const PassOf<Summary> pass(summary);
    EXPECT_NO_THROW(pass.from_aggregates(asked.ask({.min_group_size = 2})));
    const auto before = asked.traffic.rows;
    try {
      pass.from_aggregates(asked.ask({.min_group_size = 50}));
      ADD_FAILURE() << "told";
    } catch (const InvalidArgument& error) {
      EXPECT_NE(std::string(error.what()).find("minGroupSize"), std::string::npos);
    }
    EXPECT_LE(asked.traffic.rows, before + 3);
  }
}

TEST(Aggregates, BadWeightsAndInfiniteValuesAreLeftToTheRows) {
  auto data = sample(100);
  auto weights = std::vector<double>(100, 1.5);
  data.columns[3] = Column::own(Type::kFloat64, weights);
  std::fill(weights.begin() + 7, weights.begin() + 20, -1);
  auto negative = data;
  negative.columns[3] = Column::own(Type::kFloat64, weights);
  std::fill(weights.begin() + 7, weights.begin() + 20, INFINITY);
  auto infinite = data;
  infinite.columns[0] = Column::own(Type::kFloat64, weights);
  for (const auto& connection : connections()) {
    LinMod model;
    testing::write_table(*connection, "t", negative);
    Asked asked(*connection, data);
    model.frame = frame_of("y ~ k", data, "w");
    EXPECT_THROW(PassOf<LinMod>(model).from_aggregates(asked.ask()), Unsupported);
    testing::write_table(*connection, "t", data);
    model.frame = frame_of("y ~ k", data, "", "w");
    EXPECT_THROW(PassOf<LinMod>(model).from_aggregates(asked.ask()), Unsupported);
    testing::write_table(*connection, "t", infinite);
    model.frame = frame_of("y ~ k", data);
    EXPECT_THROW(PassOf<LinMod>(model).from_aggregates(asked.ask()), Error);
  }
}

TEST(Aggregates, NoRowsAreAnAnswer) {
  auto data = sample(0);
  for (const auto& connection : connections()) {
    testing::write_table(*connection, "t", data);
    Asked asked(*connection, data);
    Summary summary;
    summary.frame = frame_of("~ y + f + y:f", data);
    const auto [local, server] = both(summary, data, asked.ask());
    EXPECT_EQ(server.rows, 0);
    EXPECT_EQ(server.terms[0].all.valid, 0);
    LinMod model;
    model.frame = frame_of("y ~ f", data);
    const PassOf<LinMod> pass(model);
    const auto state = pass.from_aggregates(asked.ask());
    EXPECT_EQ(PassOf<LinMod>::state(*state).moments.rows, 0);
  }
}

}  // namespace
}  // namespace insitu
