#include "algorithms/summary.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "analysis/pass.hpp"
#include "base/error.hpp"
#include "data/source.hpp"

namespace insitu {
namespace {

const double kNaN = std::nan("");
constexpr std::int32_t kMissingInt = std::numeric_limits<std::int32_t>::min();

struct Named {
  Field field;
  Column column;
};

Named named(std::string name, Column column) {
  Field field;
  field.name = std::move(name);
  field.type = column.type();
  field.levels = column.levels();
  return {field, std::move(column)};
}
Named doubles(std::string name, std::vector<double> values) {
  return named(std::move(name), Column::own(Type::kFloat64, std::move(values)));
}
Named factor(std::string name, std::vector<std::string> levels, std::vector<std::int32_t> codes) {
  return named(std::move(name),
               Column::own(Type::kFactor, std::move(codes), make_levels(std::move(levels))));
}

Chunk chunk_of(std::vector<Named> columns) {
  Chunk chunk;
  std::vector<Field> fields;
  for (auto& each : columns) {
    chunk.rows = each.column.size();
    fields.push_back(each.field);
    chunk.columns.push_back(each.column);
  }
  chunk.schema = std::make_shared<const Schema>(fields);
  return chunk;
}

Summary bound(const char* formula, const Chunk& chunk, const char* pweights = "",
              const char* fweights = "", bool by_term = true) {
  return {insitu::bind(summary_formula(parse_formula(formula), *chunk.schema), *chunk.schema,
                       pweights, fweights),
          by_term};
}

/// The summary of the chunk cut into `parts` pieces, each with a state of its own, merged pairwise.
Summary::State state_of(const Summary& summary, const Chunk& chunk, std::size_t parts = 1) {
  std::vector<Summary::State> states;
  for (std::size_t p = 0; p < parts; ++p) {
    const auto begin = chunk.rows * p / parts, end = chunk.rows * (p + 1) / parts;
    states.push_back(summary.init());
    summary.accumulate(states.back(), slice(chunk, begin, end - begin));
  }
  while (states.size() > 1) {
    std::vector<Summary::State> next;
    for (std::size_t i = 0; i < states.size(); i += 2) {
      if (i + 1 < states.size()) states[i].merge(states[i + 1]);
      next.push_back(std::move(states[i]));
    }
    states = std::move(next);
  }
  return states[0];
}

SummaryResult summarise(const Summary& summary, const Chunk& chunk, std::size_t parts = 1) {
  return summary.finalize(state_of(summary, chunk, parts));
}

/// Number of agreeing decimal digits (log relative error), at most 15.
double digits(double value, double certified) {
  if (value == certified) return 15;
  return std::min(15.0, -std::log10(std::abs(value - certified) / std::abs(certified)));
}

// NIST StRD, univariate summary statistics, https://www.itl.nist.gov/div898/strd/univ/: the data
// follow a rule, the certified values are exact.
Chunk num_acc(double middle, double low, double high) {
  std::vector<double> y{middle};
  for (int i = 0; i < 500; ++i) y.push_back(low), y.push_back(high);
  return chunk_of({doubles("y", y)});
}

TEST(Summary, NistNumAcc1) {
  const auto chunk = chunk_of({doubles("y", {10000001, 10000003, 10000002})});
  const auto result = summarise(bound("~y", chunk), chunk).terms[0].all;
  EXPECT_EQ(result.mean, 10000002);
  EXPECT_EQ(result.std_dev, 1);
}

TEST(Summary, NistNumAcc2) {
  const auto chunk = num_acc(1.2, 1.1, 1.3);
  for (const std::size_t parts : {1, 3, 8, 1001}) {
    const auto result = summarise(bound("~y", chunk), chunk, parts).terms[0].all;
    EXPECT_GE(digits(result.mean, 1.2), 14.9);
    EXPECT_GE(digits(result.std_dev, 0.1), 14);
  }
}

TEST(Summary, NistNumAcc3) {
  const auto chunk = num_acc(1000000.2, 1000000.1, 1000000.3);
  for (const std::size_t parts : {1, 3, 8, 1001}) {
    const auto result = summarise(bound("~y", chunk), chunk, parts).terms[0].all;
    EXPECT_GE(digits(result.mean, 1000000.2), 15);
    EXPECT_GE(digits(result.std_dev, 0.1),
              9.4);  // the data themselves are off by 1e-10 once they are doubles
  }
}

TEST(Summary, NistNumAcc4) {
  const auto chunk = num_acc(10000000.2, 10000000.1, 10000000.3);
  // The deviations of the data as doubles are exact numbers; only their rounding to double is lost.
  long double mean = 0, squares = 0;
  const auto y = chunk.columns[0].values<double>();
  for (const double v : y) mean += static_cast<long double>(v) - 10000000;
  mean /= static_cast<long double>(y.size());
  for (const double v : y) squares += (v - 10000000 - mean) * (v - 10000000 - mean);
  const auto best =
      static_cast<double>(std::sqrt(squares / static_cast<long double>(y.size() - 1)));
  for (const std::size_t parts : {1, 3, 8, 1001}) {
    const auto result = summarise(bound("~y", chunk), chunk, parts).terms[0].all;
    EXPECT_GE(digits(result.mean, 10000000.2), 15);
    EXPECT_GE(digits(result.std_dev, best), 13);
    EXPECT_GE(digits(result.std_dev, 0.1), 8);
  }
}

TEST(Summary, StatisticsOfEveryTypeAgree) {
  // R: x <- c(3, 1, 4, 1, 5, 9, 2, 6, NA, 5, 3); mean(x, na.rm=TRUE) 3.9, sd 2.469818
  const std::vector<double> x{3, 1, 4, 1, 5, 9, 2, 6, kNaN, 5, 3};
  std::vector<float> f32;
  std::vector<std::int16_t> i16;
  std::vector<std::uint16_t> u16;
  std::vector<std::int32_t> i32;
  std::vector<std::int64_t> i64;
  for (const double v : x) {
    const bool na = v != v;
    f32.push_back(static_cast<float>(v));
    i16.push_back(na ? missing_value<std::int16_t>() : static_cast<std::int16_t>(v));
    u16.push_back(na ? missing_value<std::uint16_t>() : static_cast<std::uint16_t>(v));
    i32.push_back(na ? kMissingInt : static_cast<std::int32_t>(v));
    i64.push_back(na ? missing_value<std::int64_t>() : static_cast<std::int64_t>(v));
  }
  const auto chunk = chunk_of(
      {doubles("d", x), named("f", Column::own(Type::kFloat32, f32)),
       named("a", Column::own(Type::kInt16, i16)), named("b", Column::own(Type::kUInt16, u16)),
       named("c", Column::own(Type::kInt32, i32)), named("e", Column::own(Type::kInt64, i64)),
       named("t", Column::own(Type::kDateTime, x))});
  const auto result = summarise(bound("~.", chunk), chunk);
  ASSERT_EQ(result.terms.size(), 7u);
  for (const auto& term : result.terms) {
    EXPECT_EQ(term.all.valid, 10);
    EXPECT_EQ(term.all.missing, 1);
    EXPECT_DOUBLE_EQ(term.all.mean, 3.9);
    EXPECT_NEAR(term.all.std_dev, 2.469817807045694, 1e-14);
    EXPECT_EQ(term.all.low, 1);
    EXPECT_EQ(term.all.high, 9);
    EXPECT_EQ(term.all.sum, 39);
  }
}

TEST(Summary, LogicalsCountAsZeroAndOne) {
  const auto chunk = chunk_of(
      {named("l", Column::own(Type::kLogical, std::vector<std::uint8_t>{0, 1, 1, 0xff, 1}))});
  const auto all = summarise(bound("~l", chunk), chunk).terms[0].all;
  EXPECT_EQ(all.mean, 0.75);
  EXPECT_EQ(all.low, 0);
  EXPECT_EQ(all.high, 1);
  EXPECT_EQ(all.missing, 1);
}

TEST(Summary, FactorsAreCounted) {
  const auto chunk = chunk_of({factor("f", {"a", "b", "c"}, {0, 1, 1, -1, 0, 1}),
                               factor("g", {"u", "v"}, {0, 0, 1, 1, -1, 1})});
  const auto result = summarise(bound("~f + f:g", chunk), chunk, 2);
  EXPECT_EQ(result.terms[0].counts, (std::vector<double>{2, 3, 0}));
  EXPECT_EQ(result.terms[0].all.valid, 5);
  EXPECT_EQ(result.terms[0].all.missing, 1);
  EXPECT_EQ(result.terms[1].counts, (std::vector<double>{1, 1, 0, 0, 2, 0}));
  EXPECT_EQ(result.terms[1].all.missing, 2);
}

TEST(Summary, NumbersByCategory) {
  const auto chunk = chunk_of(
      {doubles("x", {1, 2, 3, 4, kNaN, 6}), factor("f", {"a", "b", "c"}, {0, 1, 0, 1, 0, -1})});
  for (const auto* formula : {"~x:f", "x ~ f"}) {
    const auto term = summarise(bound(formula, chunk), chunk).terms[0];
    ASSERT_EQ(term.cells.size(), 3u);
    EXPECT_EQ(term.cells[0].mean, 2);
    EXPECT_DOUBLE_EQ(term.cells[0].std_dev, std::sqrt(2.0));
    EXPECT_EQ(term.cells[1].low, 2);
    EXPECT_EQ(term.cells[1].high, 4);
    EXPECT_EQ(term.cells[2].valid, 0);
    EXPECT_TRUE(std::isnan(term.cells[2].mean));
    EXPECT_TRUE(std::isnan(term.cells[2].low));
    EXPECT_EQ(term.all.mean, 2.5);
    EXPECT_EQ(term.all.valid, 4);
    EXPECT_EQ(term.all.missing, 2);
  }
}

TEST(Summary, ByTermOrCompleteRowsOnly) {
  const auto chunk = chunk_of({doubles("x", {1, kNaN, 3, 4}), doubles("y", {1, 2, kNaN, 4}),
                               factor("f", {"a"}, {0, 0, 0, -1})});
  const auto by_term = summarise(bound("~x + y + f", chunk), chunk);
  EXPECT_EQ(by_term.rows, 4);
  EXPECT_EQ(by_term.missing_rows, 0);
  EXPECT_EQ(by_term.terms[0].all.valid, 3);
  EXPECT_EQ(by_term.terms[1].all.missing, 1);
  const auto complete = summarise(bound("~x + y + f", chunk, "", "", false), chunk);
  EXPECT_EQ(complete.rows, 1);
  EXPECT_EQ(complete.missing_rows, 3);
  for (const auto& term : complete.terms) {
    EXPECT_EQ(term.all.valid, 1);
    EXPECT_EQ(term.all.missing, 3);
  }
  EXPECT_EQ(complete.terms[0].all.mean, 1);
}

TEST(Summary, FrequencyWeightsRepeatRows) {
  const auto weighted = chunk_of({doubles("x", {1, 2, 7, kNaN, 9}), doubles("w", {2, 3, 1, 5, 0}),
                                  factor("f", {"a", "b"}, {0, 1, 1, 0, 1})});
  const auto repeated =
      chunk_of({doubles("x", {1, 1, 2, 2, 2, 7}), factor("f", {"a", "b"}, {0, 0, 1, 1, 1, 1})});
  const auto a = summarise(bound("~x + x:f", weighted, "", "w"), weighted),
             b = summarise(bound("~x + x:f", repeated), repeated);
  for (int t = 0; t < 2; ++t) {
    EXPECT_DOUBLE_EQ(a.terms[t].all.mean, b.terms[t].all.mean);
    EXPECT_DOUBLE_EQ(a.terms[t].all.std_dev, b.terms[t].all.std_dev);
    EXPECT_EQ(a.terms[t].all.weight, 6);
    EXPECT_EQ(a.terms[t].all.missing_weight, 5);
    EXPECT_EQ(a.terms[t].all.high, 7);
    EXPECT_EQ(a.terms[t].all.sum, 15);
  }
  EXPECT_DOUBLE_EQ(a.terms[1].cells[1].std_dev, b.terms[1].cells[1].std_dev);
  const auto counts = summarise(bound("~f", weighted, "", "w"), weighted).terms[0];
  EXPECT_EQ(counts.counts, (std::vector<double>{7, 4}));
}

TEST(Summary, ProbabilityWeightsKeepTheNumberOfRows) {
  // sum(w (x - m)^2) / sum(w) * n / (n - 1), m = weighted.mean(x, w); with equal weights: sd(x).
  const auto chunk =
      chunk_of({doubles("x", {1, 2, 7}), doubles("w", {0.5, 0.5, 0.5}), doubles("v", {1, 2, 3})});
  EXPECT_DOUBLE_EQ(summarise(bound("~x", chunk, "w"), chunk).terms[0].all.std_dev,
                   std::sqrt(31.0 / 3));
  // m = 13/3; sum w (x - m)^2 = (100 + 2 * 49 + 3 * 64) / 9
  EXPECT_DOUBLE_EQ(summarise(bound("~x", chunk, "v"), chunk).terms[0].all.std_dev,
                   std::sqrt(390.0 / 9 / 6 * 1.5));
}

TEST(Summary, ProductsOfNumbersAreNumbers) {
  const auto chunk = chunk_of({doubles("x", {1, 2, kNaN}), doubles("y", {3, 4, 5})});
  const auto all = summarise(bound("~x:y", chunk), chunk).terms[0].all;
  EXPECT_EQ(all.mean, 5.5);
  EXPECT_EQ(all.missing, 1);
}

TEST(Summary, InfinitiesGiveInfiniteMeans) {
  const double inf = std::numeric_limits<double>::infinity();
  const auto chunk = chunk_of({doubles("x", {1, 2, inf, 4, 5, 6, 7, 8, 9, 10})});
  for (const std::size_t parts : {1, 2, 10}) {
    const auto all = summarise(bound("~x", chunk), chunk, parts).terms[0].all;
    EXPECT_EQ(all.mean, inf);
    EXPECT_TRUE(std::isnan(all.std_dev));
    EXPECT_EQ(all.high, inf);
    EXPECT_EQ(all.low, 1);
  }
}

TEST(Summary, NothingToSummariseIsMissing) {
  const auto chunk = chunk_of({doubles("x", {kNaN, kNaN})});
  const auto all = summarise(bound("~x", chunk), chunk).terms[0].all;
  EXPECT_TRUE(std::isnan(all.mean) && std::isnan(all.std_dev) && std::isnan(all.low) &&
              std::isnan(all.high));
  EXPECT_EQ(all.missing, 2);
  const auto one = chunk_of({doubles("x", {3})});
  EXPECT_EQ(summarise(bound("~x", one), one).terms[0].all.mean, 3);
  EXPECT_TRUE(std::isnan(summarise(bound("~x", one), one).terms[0].all.std_dev));
}

TEST(Summary, WholeNumbersAreExactInAnyOrderOfMerging) {
  std::mt19937_64 random(7);
  std::vector<std::int32_t> x(50000);
  for (auto& v : x) v = static_cast<std::int32_t>(random() % 2000) - 700;
  std::vector<std::int32_t> f(x.size());
  for (auto& v : f) v = static_cast<std::int32_t>(random() % 5);
  const auto chunk = chunk_of(
      {named("x", Column::own(Type::kInt32, x)), factor("f", {"a", "b", "c", "d", "e"}, f)});
  const auto summary = bound("~x + x:f", chunk);
  const auto one = summarise(summary, chunk, 1);
  for (const std::size_t parts : {2, 7, 100}) {
    const auto other = summarise(summary, chunk, parts);
    for (int t = 0; t < 2; ++t) {
      EXPECT_EQ(one.terms[t].all.sum, other.terms[t].all.sum);
      EXPECT_NEAR(one.terms[t].all.mean, other.terms[t].all.mean, 1e-13);
      EXPECT_NEAR(one.terms[t].all.std_dev, other.terms[t].all.std_dev, 1e-11);
    }
  }
}

TEST(Summary, AnEmptyStateIsTheIdentityOfMerge) {
  const auto chunk =
      chunk_of({doubles("x", {1.5, 2.25, kNaN, 4}), factor("f", {"a", "b"}, {0, 1, 0, 1})});
  const auto summary = bound("~x + f + x:f", chunk);
  auto left = summary.init(), right = state_of(summary, chunk);
  const auto bytes = save(right);
  right.merge(summary.init());
  EXPECT_EQ(save(right), bytes);
  left.merge(load<Summary::State>(bytes));
  EXPECT_EQ(save(left), bytes);
}

TEST(Summary, SplittingAgreesToRounding) {
  std::mt19937_64 random(11);
  std::normal_distribution<double> normal(1e6, 3);
  std::vector<double> x(20000), w(x.size());
  std::vector<std::int32_t> f(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    f[i] = static_cast<std::int32_t>(random() % 300);
    x[i] = random() % 10 ? normal(random) * (f[i] + 1) : kNaN;
    w[i] = static_cast<double>(random() % 1000) / 7;
  }
  std::vector<std::string> levels;
  for (int i = 0; i < 300; ++i) levels.push_back(std::to_string(i));
  const auto chunk = chunk_of({doubles("x", x), doubles("w", w), factor("f", levels, f)});
  for (const auto* weights : {"", "w"}) {
    const auto summary = bound("~x + x:f", chunk, weights);
    const auto one = summarise(summary, chunk, 1);
    for (const std::size_t parts : {2, 5, 64}) {
      const auto other = summarise(summary, chunk, parts);
      for (int t = 0; t < 2; ++t) {
        EXPECT_NEAR(other.terms[t].all.mean / one.terms[t].all.mean, 1, 1e-14);
        EXPECT_NEAR(other.terms[t].all.std_dev / one.terms[t].all.std_dev, 1, 1e-12);
      }
      for (std::size_t c = 0; c < 300; ++c)
        EXPECT_NEAR(other.terms[1].cells[c].std_dev / one.terms[1].cells[c].std_dev, 1, 1e-9);
    }
  }
}

TEST(Summary, FormulasOfSummaries) {
  const auto chunk = chunk_of({doubles("x", {1}), factor("f", {"a"}, {0})});
  EXPECT_EQ(deparse(summary_formula(parse_formula("x ~ f"), *chunk.schema)), "~x:f");
  EXPECT_EQ(deparse(summary_formula(parse_formula("~."), *chunk.schema)), "~x + f");
  EXPECT_THROW(summary_formula(parse_formula("cbind(x, x) ~ f"), *chunk.schema), InvalidArgument);
  EXPECT_THROW(summary_formula(parse_formula("~1"), *chunk.schema), InvalidArgument);
}

TEST(Summary, D18AStateWithCountsThatCannotBeIsRefused) {
  const auto chunk = chunk_of({doubles("x", {1, 2, 3}), factor("f", {"a", "b"}, {0, 1, 1})});
  const PassOf<Summary> pass(bound("~ x + f", chunk));
  const auto sound = state_of(bound("~ x + f", chunk), chunk);
  const auto loaded = [&](auto&& change) {
    auto state = sound;
    change(state);
    pass.start()->load(seal(Summary::name, save(state)));
  };
  loaded([](auto&) {});
  using State = Summary::State;
  EXPECT_THROW(loaded([](State& s) { s.rows = std::numeric_limits<std::int64_t>::min(); }),
               DataError);
  EXPECT_THROW(loaded([](State& s) { s.missing_rows = std::numeric_limits<std::int64_t>::max(); }),
               DataError);
  EXPECT_THROW(loaded([](State& s) { s.missing_rows = -1; }), DataError);
  EXPECT_THROW(loaded([](State& s) { s.terms.pop_back(); }), DataError);
  EXPECT_THROW(loaded([](State& s) { s.terms[0].cells = {}; }), DataError);
  EXPECT_THROW(loaded([](State& s) { *s.terms[1].counts.values() = -5; }), DataError);
  EXPECT_THROW(loaded([](State& s) { s.terms[1].counts = CellTable<std::int64_t>(1); }), DataError);
}

}  // namespace
}  // namespace insitu
