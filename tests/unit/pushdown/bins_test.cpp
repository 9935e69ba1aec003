// Values in bins as servers count them: the same counts as those of the rows, at each border.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "algorithms/bin_counts.hpp"
#include "algorithms/binned_sums.hpp"
#include "analysis/pass.hpp"
#include "base/number_text.hpp"
#include "pushdown/questions.hpp"
#include "unit/pushdown/connections.hpp"

namespace insitu {
namespace {

using testing::connections;

/// Values of many kinds: on borders of bins, next to them, beyond 2^53, infinite, missing.
Chunk sample(std::size_t rows, bool infinite) {
  std::mt19937_64 random(11);
  const auto pick = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  const auto missing = [&](double x) { return pick(20) ? x : std::nan(""); };
  std::vector<double> x, steps, hundredths, w, y, odd;
  std::vector<std::int32_t> k, f;
  std::vector<std::int64_t> big;
  for (std::size_t i = 0; i < rows; ++i) {
    x.push_back(missing(std::ldexp(static_cast<double>(random() >> 11), -53) * 7 - 3));
    const double step = 0.1 * static_cast<double>(pick(40)) - 1;
    steps.push_back(missing(pick(3) ? step : std::nextafter(step, pick(2) ? 9.0 : -9.0)));
    hundredths.push_back(missing(static_cast<double>(pick(400)) / 100));
    w.push_back(pick(6) ? static_cast<double>(pick(5)) / 4 : pick(2) ? 0 : std::nan(""));
    y.push_back(missing(static_cast<double>(pick(1000)) / 7));
    odd.push_back(infinite && !pick(40) ? (pick(2) ? INFINITY : -INFINITY)
                                        : static_cast<double>(pick(9)) - (pick(2) ? 0 : 0.5));
    k.push_back(pick(20) ? static_cast<std::int32_t>(pick(60)) - 30
                         : missing_value<std::int32_t>());
    f.push_back(pick(20) ? static_cast<std::int32_t>(pick(3)) : -1);
    big.push_back(pick(20) ? (std::int64_t{1} << 60) + static_cast<std::int64_t>(pick(100'000))
                           : missing_value<std::int64_t>());
  }
  const auto levels = make_levels({"Mon", "it's", "never"});
  Chunk chunk;
  chunk.rows = rows;
  chunk.columns = {Column::own(Type::kFloat64, x),
                   Column::own(Type::kFloat64, steps),
                   Column::own(Type::kFloat64, hundredths),
                   Column::own(Type::kFloat64, w),
                   Column::own(Type::kFloat64, y),
                   Column::own(Type::kFloat64, odd),
                   Column::own(Type::kInt32, k),
                   Column::own(Type::kFactor, f, levels),
                   Column::own(Type::kInt64, big)};
  chunk.schema = std::make_shared<const Schema>(
      std::vector<Field>{{.name = "x"},
                         {.name = "steps"},
                         {.name = "hun dredths"},
                         {.name = "w"},
                         {.name = "y"},
                         {.name = "odd"},
                         {.name = "k", .type = Type::kInt32},
                         {.name = "f", .type = Type::kFactor, .levels = levels},
                         {.name = "big", .type = Type::kInt64}});
  return chunk;
}

AskAggregates asked(SqlConnection& connection, const Chunk& table) {
  return [&](const AggregateQuestion& question) {
    SqlRows rows(connection.dialect(), quoted_name("t", connection.dialect()), table.schema);
    RunControl control;
    SqlTraffic traffic;
    return ask_question(connection, rows, question, {}, traffic, control);
  };
}

/// The states of all passes, by the rows and by the server, which must agree before the next pass.
template <class A, class Compare>
void expect_same_passes(A analysis, const Chunk& rows, const AskAggregates& ask, Compare compare) {
  for (bool more = true; more;) {
    const PassOf<A> pass(analysis);
    auto local = pass.start();
    local->accumulate(rows);
    const auto server = pass.from_aggregates(ask);
    pass.start()->load(server->save());  // what comes from elsewhere is checked
    compare(PassOf<A>::state(*local), PassOf<A>::state(*server));
    if (::testing::Test::HasFailure()) return;
    more = analysis.update(PassOf<A>::state(*local));
  }
}

void expect_near(const std::vector<double>& server, const std::vector<double>& local) {
  ASSERT_EQ(server.size(), local.size());
  for (std::size_t i = 0; i < local.size(); ++i)
    EXPECT_NEAR(server[i], local[i], 1e-9 * std::max(1.0, std::fabs(local[i]))) << i;
}

TEST(Bins, DistributionsAreThoseOfTheRows) {
  const auto rows = sample(700, false);
  std::vector<BinnedSums> analyses;
  for (const auto* variable : {"x", "steps", "hun dredths", "k", "big", "y"})
    for (const auto* weights : {"", "w"})
      for (const auto* other : {"", "y"}) {
        BinnedSums each;
        each.variable = variable;
        each.weights = weights;
        each.other = other;
        each.rule.breaks = 1 + static_cast<std::int64_t>(analyses.size()) * 13 % 97;
        analyses.push_back(each);
        each.rule.most_whole = 1000;
        each.rule.breaks = 7;
        analyses.push_back(each);
        each.rule.multiple = variable[0] == 'b' ? 1e-3 : 100;
        each.rule.given_multiple = true;
        analyses.push_back(each);
      }
  for (const auto& connection : connections()) {
    testing::write_table(*connection, "t", rows);
    for (const auto& each : analyses) {
      SCOPED_TRACE(each.variable + " by " + each.weights + " of " + each.other + " " +
                   shortest_text(each.rule.multiple) + " " + shortest_text(each.rule.breaks));
      if (each.other == each.variable) continue;
      expect_same_passes(each, rows, asked(*connection, rows),
                         [](const BinnedSums::State& local, const BinnedSums::State& server) {
                           EXPECT_EQ(server.rows, local.rows);
                           EXPECT_EQ(server.missing_rows, local.missing_rows);
                           EXPECT_EQ(server.odd_rows, local.odd_rows);
                           EXPECT_EQ(server.low, local.low);
                           EXPECT_EQ(server.high, local.high);
                           EXPECT_EQ(server.lowest_other, local.lowest_other);
                           expect_near(server.weights, local.weights);
                           expect_near(server.sums, local.sums);
                           expect_near({server.weight, server.sum}, {local.weight, local.sum});
                         });
    }
  }
}

TEST(Bins, HistogramsAreThoseOfTheRows) {
  const auto rows = sample(500, true);
  std::vector<BinCounts> analyses;
  for (const auto* formula : {"~x", "~x:f", "~steps", "~odd", "~odd:f", "~k", "~k:f", "~f", "~big",
                              "~`hun dredths`", "~I(log(y))", "~x:F(k, -30, 29)"})
    for (const auto* weights : {"", "w"})
      for (const BinLimits& limits :
           {BinLimits{}, BinLimits{.breaks = 17}, BinLimits{.start = -1.5, .end = 2.25},
            BinLimits{.start = -1, .breaks = 40}, BinLimits{.end = 2, .whole = true}}) {
        BinCounts each;
        if (std::string_view(formula) == "~big" && !std::isnan(limits.end)) continue;
        each.frame = insitu::bind(parse_formula(formula), *rows.schema, weights, "");
        each.limits = limits;
        analyses.push_back(each);
      }
  for (const auto& connection : connections()) {
    testing::write_table(*connection, "t", rows);
    for (const auto& each : analyses) {
      SCOPED_TRACE(each.frame.formula + " by " + each.frame.weights + " from " +
                   shortest_text(each.limits.start));
      expect_same_passes(each, rows, asked(*connection, rows),
                         [](const BinCounts::State& local, const BinCounts::State& server) {
                           EXPECT_EQ(server.rows, local.rows);
                           EXPECT_EQ(server.missing_rows, local.missing_rows);
                           EXPECT_EQ(server.outside_rows, local.outside_rows);
                           EXPECT_EQ(server.odd_rows, local.odd_rows);
                           EXPECT_EQ(server.low, local.low);
                           EXPECT_EQ(server.high, local.high);
                           expect_near(server.counts, local.counts);
                         });
    }
  }
}

TEST(Bins, OtherRowsThanThoseOfThePassBeforeAreAnError) {
  const auto rows = sample(100, false);
  BinnedSums sums;
  sums.variable = "x";
  sums.counting = true;
  sums.low = -1;
  sums.high = 1;
  BinCounts counts;
  counts.frame = insitu::bind(parse_formula("~x"), *rows.schema, "", "");
  counts.counting = true;
  counts.breaks = {-1, 0, 1};
  for (const auto& connection : connections()) {
    testing::write_table(*connection, "t", rows);
    EXPECT_THROW((void)sums.aggregated(asked(*connection, rows)), DataError);
    EXPECT_THROW((void)counts.aggregated(asked(*connection, rows)), DataError);
  }
}

TEST(Bins, WhatIsNoNumberIsLeftToTheRows) {
  const auto rows = sample(100, false);
  BinnedSums sums;
  sums.variable = "f";
  for (const auto& connection : connections()) {
    testing::write_table(*connection, "t", rows);
    EXPECT_THROW((void)sums.aggregated(asked(*connection, rows)), Unsupported);
  }
}

}  // namespace
}  // namespace insitu
