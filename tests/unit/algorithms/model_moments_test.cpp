// Moments of columns far from zero: the digits of deviations survive pieces, merges and whole
// numbers beyond 2^53; sums over the cells of the terms agree; hostile states do no harm.
#include "algorithms/model_moments.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "algorithms/cov_cor.hpp"
#include "algorithms/margins.hpp"
#include "base/error.hpp"

namespace insitu {
namespace {

constexpr std::size_t kRows = 20'000;
constexpr std::size_t kPiece = 3'000;

struct Far {
  Chunk chunk;
  long double variance = 0, covariance = 0;  ///< of x; of x and y
};

/// Two columns of whole numbers that are `far` away, as int64 or as doubles; w is a weight.
Far far_columns(std::int64_t far, Type type) {
  std::mt19937_64 random(3);
  std::vector<std::int64_t> x(kRows), y(kRows);
  std::vector<double> w(kRows);
  long double sum_x = 0, sum_y = 0, total = 0;
  for (std::size_t i = 0; i < kRows; ++i) {
    x[i] = static_cast<std::int64_t>(random() % 40) + static_cast<std::int64_t>(i / 4000);
    y[i] = x[i] / 2 + static_cast<std::int64_t>(random() % 9);
    w[i] = static_cast<double>(random() % 4);
    total += w[i], sum_x += w[i] * x[i], sum_y += w[i] * y[i];
  }
  Far result;
  for (std::size_t i = 0; i < kRows; ++i) {
    const auto dx = x[i] - sum_x / total, dy = y[i] - sum_y / total;
    result.variance += w[i] * dx * dx / (total - 1);
    result.covariance += w[i] * dx * dy / (total - 1);
    x[i] += far;
    y[i] -= far;
  }
  const auto column = [&](const std::vector<std::int64_t>& values) {
    if (type == Type::kInt64) return Column::own(type, std::vector<std::int64_t>(values));
    return Column::own(type, std::vector<double>(values.begin(), values.end()));
  };
  result.chunk = {std::make_shared<const Schema>(std::vector<Field>{
                      {.name = "x", .type = type}, {.name = "y", .type = type}, {.name = "w"}}),
                  {column(x), column(y), Column::own(Type::kFloat64, std::move(w))},
                  kRows,
                  {}};
  return result;
}

CrossMoments merged(const Far& far) {
  CovCor analysis;
  analysis.frame = insitu::bind(parse_formula("~ x + y"), *far.chunk.schema, "", "w");
  analysis.type = "Cov";
  auto all = analysis.init();
  for (std::size_t begin = 0; begin < kRows; begin += kPiece) {
    auto next = analysis.init();
    analysis.accumulate(next, slice(far.chunk, begin, std::min(kPiece, kRows - begin)));
    all.merge(next);
  }
  return analysis.finalize(all);
}

TEST(ModelMoments, DeviationsKeepTheirDigitsHoweverFarTheMeansAre) {
  const auto near = far_columns(0, Type::kFloat64);
  for (const auto& [far, type] : {std::pair{std::int64_t{0}, Type::kFloat64},
                                  {std::int64_t{1} << 45, Type::kFloat64},
                                  {std::int64_t{1} << 45, Type::kInt64},
                                  {(std::int64_t{1} << 53) - 20, Type::kInt64},
                                  {(std::int64_t{1} << 62) + 12345, Type::kInt64},
                                  {std::numeric_limits<std::int64_t>::max() - 100, Type::kInt64}}) {
    SCOPED_TRACE(far);
    const auto found = merged(far_columns(far, type));
    const auto expect = [](double value, long double expected) {
      EXPECT_NEAR(value, static_cast<double>(expected), 1e-14 * std::fabs(value));
    };
    expect(found.matrix[0], near.variance);
    expect(found.matrix[1], near.covariance);
  }
}

/// A factor whose last level is rare, and another one that crosses it; responses drift.
Chunk rare_levels() {
  constexpr std::size_t kMany = 200'000;
  const auto f = make_levels({"a", "b", "c"}), g = make_levels({"u", "v"});
  std::mt19937_64 random(5);
  std::normal_distribution<double> normal;
  std::vector<double> y(kMany), w(kMany);
  std::vector<std::int32_t> fs(kMany), gs(kMany);
  for (std::size_t i = 0; i < kMany; ++i) {
    fs[i] = random() % 2000 == 0 ? 2 : static_cast<std::int32_t>(random() % 2);
    gs[i] = static_cast<std::int32_t>(random() % 2);
    y[i] = normal(random) + static_cast<double>(i) / 100;
    w[i] = std::fabs(normal(random)) + 0.1;
  }
  return {
      std::make_shared<const Schema>(
          std::vector<Field>{{.name = "y"},
                             {.name = "w"},
                             {.name = "f", .type = Type::kFactor, .levels = f},
                             {.name = "g", .type = Type::kFactor, .levels = g}}),
      {Column::own(Type::kFloat64, std::move(y)), Column::own(Type::kFloat64, std::move(w)),
       Column::own(Type::kFactor, std::move(fs), f), Column::own(Type::kFactor, std::move(gs), g)},
      kMany,
      {}};
}

TEST(Margins, SumsOverTheCellsOfTermsAgree) {
  const auto chunk = rare_levels();
  const auto frame = insitu::bind(parse_formula("y ~ f + g + f:g"), *chunk.schema, "w");
  const MomentShape shape(frame);
  ModelMoments<double> moments;
  moments.add(shape, frame.rows(chunk));
  const Margins<double> margins(frame, shape, moments);
  const auto close = [](double found, double expected) {
    // As two doubles that are rounded once.
    EXPECT_NEAR(found, expected, 4e-16 * std::fabs(expected));
  };
  for (const std::size_t k : {0, 1}) {
    const double total = k == 0 ? moments.weight : moments.offset[0];
    double worst = 0;  // without them
    for (std::size_t b = 0; b < shape.blocks.size(); ++b) {
      DoubleDouble sum, plain;
      for (std::uint32_t cell = 0; cell < shape.blocks[b].cells; ++cell) {
        sum += margins.value(b, cell, k);
        plain += moments.sums[b].value(cell, k);
      }
      close(to_double(sum), total);
      worst = std::max(worst, std::fabs(to_double(plain - DoubleDouble(total)) / total));
    }
    EXPECT_GT(worst, 1e-15);
    for (std::uint32_t f = 0; f < 3; ++f) {
      DoubleDouble sum;
      for (std::uint32_t g = 0; g < 2; ++g) sum += margins.value(2, f + 3 * g, k);
      close(to_double(sum), margins.value(0, f, k));
    }
  }
  for (std::uint32_t f = 0; f < 3; ++f)
    close(margins.pair(0, f, 1, 0) + margins.pair(1, 1, 0, f), margins.value(0, f));
  for (std::uint32_t g = 0; g < 2; ++g)
    close(margins.pair(0, 0, 1, g) + margins.pair(0, 1, 1, g) + margins.pair(0, 2, 1, g),
          margins.value(1, g));
}

// Bytes from outside: sums that do not belong together stay as they are.
TEST(Margins, OnlyRoundingIsTakenElsewhere) {
  const auto chunk = rare_levels();
  const auto frame = insitu::bind(parse_formula("y ~ f + g"), *chunk.schema);
  const MomentShape shape(frame);
  ModelMoments<double> moments;
  moments.add(shape, frame.rows(chunk));
  for (const double hostile : {1e300, std::numeric_limits<double>::infinity(), std::nan("")}) {
    auto other = moments;
    other.offset[0] = hostile;
    const Margins<double> margins(frame, shape, other);
    for (std::uint32_t cell = 0; cell < 3; ++cell)
      EXPECT_EQ(margins.value(0, cell, 1), moments.sums[0].value(cell, 1));
    other.origin[0] = hostile;
    auto sum = moments;
    sum.merge(other);  // without harm
    EXPECT_FALSE(std::isfinite(sum.mean(0)) && std::fabs(sum.mean(0)) < 1e200);
  }
}

}  // namespace
}  // namespace insitu
