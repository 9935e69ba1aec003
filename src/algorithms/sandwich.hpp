#pragma once
// Robust covariances of coefficients: bread, meat, bread.
#include <vector>

#include "algorithms/linear_fit.hpp"

namespace insitu {

/// Columns x columns, NaN where dropped.
struct RobustCovariance {
  std::vector<double> covariance;  ///< of the coefficients
  std::vector<double> centred;     ///< with numeric terms counted from their means
};

/// factor B M B, with B the centred covariance of the fit over sigma^2. `products`: M, likewise
/// centred (meat.hpp). `constant`: the coefficients that the constant is added to
/// (centred_columns.hpp). REQUIRES: the fit has its covariance.
RobustCovariance sandwich(const LinearFit& fit, const std::vector<double>& products, double factor,
                          const std::vector<std::size_t>& constant);

/// Wald's statistic b' V^-1 b / k of k coefficients; NaN where V is singular, as one of fewer
/// clusters than coefficients is.
double wald_statistic(const std::vector<double>& coefficients,
                      const std::vector<double>& covariance,
                      const std::vector<std::size_t>& columns);

}  // namespace insitu
