#pragma once
// Least squares from the moments of a model: coefficients, their errors, what was dropped and why
// digits may be short.
#include <cstdint>
#include <string>
#include <vector>

#include "algorithms/design.hpp"
#include "algorithms/model_moments.hpp"

namespace insitu {

/// A column is dropped when what the columns before it leave of its sum of squares (about the mean,
/// where the model has a constant) is below this share: in double, then in double-double. Square
/// roots: 1e-7, as in R's lm, and 1e-8.
inline constexpr double kAliasTolerance = 1e-14;
inline constexpr double kAliasToleranceDoubleDouble = 1e-16;
/// Below these shares of a column's, or a response's, sum of squares, sums in double leave fewer
/// than about nine digits of the answer, and a pass in double-double follows. Judged against 60
/// digits on random designs (python/tests/test_digits.py).
inline constexpr double kDigitsAtRiskColumn = 1e-4;
inline constexpr double kDigitsAtRiskSlope =
    1e-7;  ///< of a cell; of a slope by factor, of its square about zero
inline constexpr double kDigitsAtRiskResidual = 1e-6;
/// A column whose deviations from its mean are this small a share of its square is constant (square
/// root: 1e-13).
inline constexpr double kConstantColumn = 1e-26;

/// Up to this many columns a dense matrix is solved. Beyond, the largest factor is eliminated cell
/// by cell first, so that only the other columns make a matrix (absorbed_fit.hpp).
inline constexpr std::size_t kDenseColumns = 5200;

struct LinearFit {
  std::vector<DesignColumn> columns;
  bool intercept = true;
  bool first_level_dropped = false;  ///< the coding that was used in the end
  bool digits_at_risk = false;
  bool double_double = false;

  std::vector<bool> aliased;  ///< per column
  std::vector<bool> empty;    ///< per column: a cell without rows; nothing is known of it
  std::size_t rank = 0;
  std::size_t responses = 0;
  /// Columns x responses, one response after the other; NaN where dropped.
  std::vector<double> coefficients, std_errors, t_values, p_values;
  std::vector<double> unscaled_variance;  ///< per column, of the coefficients, in units of sigma^2
  std::vector<double> unscaled_covariance;  ///< columns x columns, of the coefficients, in units of
                                            ///< sigma^2; NaN where dropped; when asked
  /// The same fit with numeric terms counted from their means, for predictions that keep their
  /// digits far from zero: values of column k enter as x - centres[k]. Only columns that carry the
  /// constant have other coefficients.
  std::vector<double> centres, centred_coefficients, centred_covariance;
  std::vector<double> data_covariance;  ///< columns without the intercept, square; when asked
  double condition_number = 0;          ///< NaN beyond kDenseColumns without a cube

  std::int64_t rows = 0, missing_rows = 0;
  double sum_of_weights = 0;
  double observations = 0;  ///< what degrees of freedom count: rows, or frequency weights
  double residual_df = 0, model_df = 0;
  std::vector<double> residual_squares, total_squares, response_mean, response_variance, sigma,
      r_squared, adjusted_r_squared, f_value, f_p_value;  ///< per response
  std::vector<double> column_means;                       ///< per column, weighted
  std::vector<double> cell_counts;  ///< cube: sum of weights per cell of the first term
};

struct FitOptions {
  Coding coding;
  bool coefficient_covariance = false;
  bool data_covariance = false;
  bool errors = true;  ///< else only coefficients and residual squares
};

/// Throws DataError when there are no complete rows, or sums are not finite: values or weights
/// whose squares are too large.
template <class Real>
void require_usable(const ModelFrame&, const MomentShape&, const ModelMoments<Real>&);

/// REQUIRES: moments.check(shape). Throws DataError when there are no complete rows, or sums are
/// not finite.
template <class Real>
LinearFit fit_least_squares(const ModelFrame&, const MomentShape&, const ModelMoments<Real>&,
                            const FitOptions&);

}  // namespace insitu
