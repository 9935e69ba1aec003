#include "algorithms/sandwich.hpp"

#include <cmath>
#include <limits>
#include <utility>

#include "math/elimination.hpp"

namespace insitu {

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// A B of square matrices, row after row.
std::vector<double> product(const std::vector<double>& a, const std::vector<double>& b,
                            std::size_t p) {
  std::vector<double> result(p * p, 0.0);
  for (std::size_t i = 0; i < p; ++i)
    for (std::size_t k = 0; k < p; ++k) {
      const double factor = a[i * p + k];
      if (factor == 0) continue;
      for (std::size_t j = 0; j < p; ++j) result[i * p + j] += factor * b[k * p + j];
    }
  return result;
}

/// The upper triangle as the lower one.
void mirror(std::vector<double>& matrix, std::size_t p) {
  for (std::size_t i = 0; i < p; ++i)
    for (std::size_t j = 0; j < i; ++j) matrix[j * p + i] = matrix[i * p + j];
}

}  // namespace

RobustCovariance sandwich(const LinearFit& fit, const std::vector<double>& products, double factor,
                          const std::vector<std::size_t>& constant) {
  const std::size_t p = fit.columns.size();
  auto bread = fit.centred_covariance;
  for (auto& value : bread)
    if (std::isnan(value)) value = 0;
  auto centred = product(product(bread, products, p), bread, p);
  for (auto& value : centred) value *= factor;
  mirror(centred, p);

  // b = T b of the centred columns, T = 1 less the centres in the rows of the constant.
  auto half = centred, whole = centred;
  const auto shift = [&](std::vector<double>& of, const std::vector<double>& from, bool rows) {
    for (std::size_t j = 0; j < p; ++j) {
      double sum = 0;
      for (std::size_t k = 0; k < p; ++k)
        sum += fit.centres[k] * from[rows ? k * p + j : j * p + k];
      for (const auto c : constant) of[rows ? c * p + j : j * p + c] -= sum;
    }
  };
  shift(half, centred, true);
  whole = half;
  shift(whole, half, false);
  mirror(whole, p);
  for (std::size_t i = 0; i < p; ++i)
    for (std::size_t j = 0; j < p; ++j)
      if (fit.aliased[i] || fit.aliased[j]) whole[i * p + j] = centred[i * p + j] = kNaN;
  return {std::move(whole), std::move(centred)};
}

double wald_statistic(const std::vector<double>& coefficients,
                      const std::vector<double>& covariance,
                      const std::vector<std::size_t>& columns) {
  const std::size_t p = coefficients.size(), k = columns.size();
  SquareMatrix<double> matrix(k);
  std::vector<double> scales, b;
  for (std::size_t i = 0; i < k; ++i) {
    for (std::size_t j = 0; j <= i; ++j) matrix(i, j) = covariance[columns[i] * p + columns[j]];
    scales.push_back(matrix(i, i));
    b.push_back(coefficients[columns[i]]);
  }
  if (k == 0) return kNaN;
  for (const double scale : scales)
    if (!(scale > 0)) return kNaN;
  const auto e = eliminate(std::move(matrix), k, scales, 1e-12);
  if (e.rank() < k) return kNaN;
  const auto solution = solve(e, b);
  double sum = 0;
  for (std::size_t i = 0; i < k; ++i) sum += b[i] * solution[i];
  return sum / static_cast<double>(k);
}

}  // namespace insitu
