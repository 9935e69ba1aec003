#include "algorithms/variance_inflation.hpp"

#include <cmath>

#include "base/error.hpp"
#include "base/named.hpp"
#include "math/elementary.hpp"
#include "math/elimination.hpp"

namespace insitu {

namespace {

using Matrix = SquareMatrix<double>;

Elimination<double> eliminated(const Matrix& matrix) {
  std::vector<double> scales;
  for (std::size_t i = 0; i < matrix.size(); ++i) scales.push_back(matrix(i, i));
  return eliminate(matrix, matrix.size(), scales, 0);
}

/// Of rows and columns [begin, end).
double determinant(const Matrix& matrix, std::size_t begin, std::size_t end) {
  Matrix part(end - begin);
  for (std::size_t i = begin; i < end; ++i)
    for (std::size_t j = begin; j <= i; ++j) part(i - begin, j - begin) = matrix(i, j);
  double product = 1;
  for (const double pivot : eliminated(part).pivots) product *= pivot;
  return product;
}

}  // namespace

VarianceInflation variance_inflation(const LinearModel& model) {
  if (model.responses() != 1)
    throw InvalidArgument("variance inflation factors need a model with one dependent variable");
  if (model.covariance.empty())
    throw InvalidArgument(
        "variance inflation factors need a model that was fitted with `covCoef = TRUE`"_named);
  if (!model.robust.empty())
    throw InvalidArgument(
        "variance inflation factors need the covariance of least squares: fit without `robust` and `cluster`"_named);
  VarianceInflation result;
  std::vector<std::size_t> kept, begins;
  std::size_t column = model.intercept ? 1 : 0;
  for (std::size_t t = 0; t < model.frame.terms.size(); ++t) {
    const auto begin = kept.size();
    for (const auto end = column + model.frame.cells(t); column < end; ++column)
      if (model.columns[column] == LinearModel::ColumnState::kKept) kept.push_back(column);
    if (kept.size() == begin) continue;
    begins.push_back(begin);
    result.terms.push_back(model.frame.terms[t].label);
    result.columns.push_back(static_cast<double>(kept.size() - begin));
  }
  begins.push_back(kept.size());
  const std::size_t p = model.columns.size(), k = kept.size();
  Matrix correlations(k);
  const auto covariance = [&](std::size_t i, std::size_t j) {
    return model.covariance[kept[i] * p + kept[j]];
  };
  for (std::size_t i = 0; i < k; ++i)
    for (std::size_t j = 0; j <= i; ++j)
      correlations(i, j) =
          i == j ? 1 : covariance(i, j) / std::sqrt(covariance(i, i) * covariance(j, j));
  const auto e = eliminated(correlations);
  const auto whole = inverse(e, inverse_of_lower(e));
  for (std::size_t t = 0; t < result.terms.size(); ++t) {
    // det R = det R_oo det of what o leaves of R_tt, which is the inverse of (R^-1)_tt.
    const double factor = determinant(correlations, begins[t], begins[t + 1]) *
                          determinant(whole, begins[t], begins[t + 1]);
    result.factors.push_back(factor);
    result.scaled.push_back(elementary::pow(factor, 1 / (2 * result.columns[t])));
  }
  return result;
}

}  // namespace insitu
