// Moments against plain loops in long double: of every width of type, with weights, missing values,
// pieces of every size, and values far from zero.
#include "algorithms/moments.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

namespace insitu {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

struct Plain {
  long double weight = 0, mean = 0, squares = 0, total = 0;
  std::int64_t n = 0, missing = 0;
  double low = INFINITY, high = -INFINITY;
};

/// Two passes, one value after the other.
Plain plain_of(const std::vector<double>& values, const std::vector<double>* weights) {
  Plain found;
  const auto weight = [&](std::size_t i) { return weights ? (*weights)[i] : 1.0; };
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (std::isnan(values[i]) || std::isnan(weight(i))) {
      ++found.missing;
      continue;
    }
    if (weight(i) == 0) continue;
    ++found.n;
    found.weight += weight(i);
    found.total += static_cast<long double>(weight(i)) * values[i];
    found.low = std::min(found.low, values[i]);
    found.high = std::max(found.high, values[i]);
  }
  found.mean = found.total / found.weight;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (std::isnan(values[i]) || std::isnan(weight(i)) || weight(i) == 0) continue;
    const long double distance = values[i] - found.mean;
    found.squares += weight(i) * distance * distance;
  }
  return found;
}

void expect_near(const Moments& found, const Plain& plain, std::int64_t missing) {
  EXPECT_EQ(found.n, plain.n);
  EXPECT_EQ(missing, plain.missing);
  if (plain.n == 0) return;
  EXPECT_EQ(found.low, plain.low);
  EXPECT_EQ(found.high, plain.high);
  const auto near = [](double a, long double b, double size) {
    EXPECT_NEAR(a, static_cast<double>(b), 1e-12 * size);
  };
  near(found.weight, plain.weight, static_cast<double>(plain.weight));
  const double scale = std::max(std::abs(plain.low), std::abs(plain.high));
  near(found.mean(), plain.mean, scale);
  near(found.total(), plain.total, scale * static_cast<double>(plain.weight));
  // Digits of the deviations do not depend on how far from zero the values lie.
  near(found.squared_deviations(), plain.squares, 10 * static_cast<double>(plain.squares) + 1e-300);
}

class MomentsTest : public ::testing::TestWithParam<double> {};

TEST_P(MomentsTest, AreThoseOfPlainLoops) {
  std::mt19937_64 random(7);
  std::normal_distribution<double> normal(GetParam(), 2);
  for (const std::size_t rows : {1, 2, 7, 8, 9, 63, 64, 65, 1000, 4097}) {
    std::vector<double> values(rows), weights(rows);
    for (std::size_t i = 0; i < rows; ++i) {
      values[i] = random() % 9 == 0 ? kNaN : normal(random);
      weights[i] = random() % 11 == 0 ? kNaN : random() % 5 == 0 ? 0 : 0.25 * (random() % 9);
    }
    const auto column = Column::own(Type::kFloat64, std::vector<double>(values));
    for (const auto* used : {static_cast<std::vector<double>*>(nullptr), &weights}) {
      MissingValues missing;
      const auto found = moments_of(column, used ? used->data() : nullptr, missing);
      expect_near(found, plain_of(values, used), missing.rows);
      // The same rows in two pieces, merged.
      for (const std::size_t cut : {std::size_t{0}, rows / 3, rows}) {
        const auto piece = [&](std::size_t begin, std::size_t end, MissingValues& lost) {
          return moments_of(
              Column::own(Type::kFloat64,
                          std::vector<double>(values.begin() + static_cast<std::ptrdiff_t>(begin),
                                              values.begin() + static_cast<std::ptrdiff_t>(end))),
              used ? used->data() + begin : nullptr, lost);
        };
        MissingValues lost;
        auto merged = piece(0, cut, lost);
        merged.merge(piece(cut, rows, lost));
        expect_near(merged, plain_of(values, used), lost.rows);
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Far, MomentsTest, ::testing::Values(0.0, -3.0, 1e6, -1e12));

TEST(MomentsByCell, AreThoseOfPlainLoops) {
  std::mt19937_64 random(8);
  std::normal_distribution<double> normal(5, 1);
  const std::size_t rows = 3000, cells = 7;
  std::vector<double> values(rows), weights(rows);
  std::vector<std::int32_t> cell(rows);
  for (std::size_t i = 0; i < rows; ++i) {
    values[i] = random() % 13 == 0 ? kNaN : normal(random);
    weights[i] = 0.5 * (random() % 4);
    cell[i] = static_cast<std::int32_t>(random() % (cells + 1)) - 1;
  }
  std::vector<Moments> found(cells);
  MissingValues missing;
  add_by_cell(Column::own(Type::kFloat64, std::vector<double>(values)), weights.data(), cell.data(),
              found.data(), missing);
  std::int64_t lost = 0;
  for (std::size_t i = 0; i < rows; ++i) lost += cell[i] < 0 || std::isnan(values[i]);
  EXPECT_EQ(missing.rows, lost);
  for (std::size_t c = 0; c < cells; ++c) {
    auto own = values;
    for (std::size_t i = 0; i < rows; ++i)
      if (cell[i] != static_cast<std::int32_t>(c)) own[i] = kNaN;
    auto plain = plain_of(own, &weights);
    expect_near(found[c], plain, plain.missing);
  }
}

}  // namespace
}  // namespace insitu
