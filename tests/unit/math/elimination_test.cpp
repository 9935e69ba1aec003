#include "math/elimination.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

namespace insitu {
namespace {

/// Columns of random numbers, some of them combinations of earlier ones, as cross products with a
/// right-hand side.
template <class Real>
struct Problem {
  SquareMatrix<Real> matrix;
  std::vector<Real> scales;
  std::vector<std::vector<double>> columns;
  std::vector<double> truth;
};

template <class Real>
Problem<Real> make_problem(std::size_t p, const std::vector<std::size_t>& dependent,
                           unsigned seed) {
  const std::size_t rows = 2 * p + 5;
  std::mt19937_64 random(seed);
  std::normal_distribution<double> normal;
  Problem<Real> problem;
  for (std::size_t k = 0; k < p; ++k) {
    std::vector<double> column(rows);
    for (auto& value : column) value = std::round(1000 * normal(random));
    for (const auto d : dependent)
      if (d == k)
        for (std::size_t i = 0; i < rows; ++i)
          column[i] = problem.columns[k - 1][i] - 2 * problem.columns[0][i];
    problem.columns.push_back(column);
    problem.truth.push_back(normal(random));
  }
  std::vector<double> y(rows);
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t k = 0; k < p; ++k) y[i] += problem.truth[k] * problem.columns[k][i];
  problem.columns.push_back(y);
  problem.matrix = SquareMatrix<Real>(p + 1);
  for (std::size_t i = 0; i <= p; ++i)
    for (std::size_t j = 0; j <= i; ++j) {
      Real sum{};
      for (std::size_t row = 0; row < rows; ++row)
        sum += Real(problem.columns[i][row]) * Real(problem.columns[j][row]);
      problem.matrix(i, j) = sum;
    }
  for (std::size_t k = 0; k < p; ++k) problem.scales.push_back(problem.matrix(k, k));
  return problem;
}

template <class Real>
class EliminationTest : public ::testing::Test {};
using Numbers = ::testing::Types<double, DoubleDouble>;
TYPED_TEST_SUITE(EliminationTest, Numbers);

TYPED_TEST(EliminationTest, SolvesAcrossPanelBorders) {
  for (const std::size_t p : {1, 2, 7, 8, 9, 47, 48, 49, 96, 131}) {
    const auto problem = make_problem<TypeParam>(p, {}, 1);
    const auto e = eliminate(problem.matrix, p, problem.scales, 1e-14);
    EXPECT_EQ(e.rank(), p);
    const auto b = solve_carried(e, 0);
    for (std::size_t k = 0; k < p; ++k)
      EXPECT_NEAR(to_double(b[k]), problem.truth[k], 1e-8) << p << " " << k;
    // A b = c again, from the right-hand side itself.
    std::vector<TypeParam> c;
    for (std::size_t k = 0; k < p; ++k) c.push_back(problem.matrix(p, k));
    const auto again = solve(e, c);
    for (std::size_t k = 0; k < p; ++k) EXPECT_NEAR(to_double(again[k]), problem.truth[k], 1e-8);
  }
}

TYPED_TEST(EliminationTest, LaterColumnsAreAliased) {
  for (const std::size_t p : {6, 60, 130}) {
    const std::vector<std::size_t> dependent = {3, p / 2, p - 1};
    const auto problem = make_problem<TypeParam>(p, dependent, 2);
    const auto e = eliminate(problem.matrix, p, problem.scales, 1e-14);
    for (std::size_t k = 0; k < p; ++k)
      EXPECT_EQ(e.aliased[k], k == 3 || k == p / 2 || k == p - 1)
          << p << " " << k << " " << e.relative_pivots[k];
    const auto b = solve_carried(e, 0);
    EXPECT_EQ(to_double(b[3]), 0);
    // Fitted values are those of the truth, whatever column carries them.
    for (std::size_t row = 0; row < 5; ++row) {
      double fitted = 0;
      for (std::size_t k = 0; k < p; ++k) fitted += to_double(b[k]) * problem.columns[k][row];
      EXPECT_NEAR(fitted, problem.columns[p][row], 1e-5);
    }
  }
}

TYPED_TEST(EliminationTest, InverseTimesMatrixIsIdentity) {
  for (const std::size_t p : {1, 5, 8, 50, 100}) {
    const auto problem = make_problem<TypeParam>(p, {}, 3);
    const auto e = eliminate(problem.matrix, p, problem.scales, 1e-14);
    const auto lower = inverse_of_lower(e);
    const auto full = inverse(e, lower);
    const auto diagonal = inverse_diagonal(e, lower);
    for (std::size_t i = 0; i < p; ++i) {
      EXPECT_NEAR(to_double(diagonal[i] / full(i, i)), 1, 1e-10);
      for (std::size_t j = 0; j < p; ++j) {
        TypeParam sum{};
        for (std::size_t k = 0; k < p; ++k)
          sum += full(i, k) * (k >= j ? problem.matrix(k, j) : problem.matrix(j, k));
        EXPECT_NEAR(to_double(sum), i == j, 1e-8) << p << " " << i << " " << j;
      }
    }
  }
}

TYPED_TEST(EliminationTest, ZeroAndNotANumberAreAliased) {
  SquareMatrix<TypeParam> matrix(3);
  matrix(0, 0) = TypeParam(0.0);
  matrix(1, 1) = TypeParam(std::nan(""));
  matrix(2, 2) = TypeParam(4.0);
  const auto e = eliminate(matrix, 3, {TypeParam(0.0), TypeParam(1.0), TypeParam(4.0)}, 1e-14);
  EXPECT_TRUE(e.aliased[0]);
  EXPECT_TRUE(e.aliased[1]);
  EXPECT_FALSE(e.aliased[2]);
}

}  // namespace
}  // namespace insitu
