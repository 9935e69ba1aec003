#pragma once
// Generalized variance inflation factors of the terms of a regression (Fox & Monette 1992,
// "Generalized collinearity diagnostics"), as car::vif has them.
#include <string>
#include <vector>

#include "algorithms/linear_model.hpp"

namespace insitu {

/// By term with columns that were not dropped.
struct VarianceInflation {
  std::vector<std::string> terms;
  std::vector<double> factors;  ///< GVIF: det R_tt det R_oo / det R, o the columns of other terms
  std::vector<double> columns;  ///< of the term
  std::vector<double> scaled;   ///< GVIF^(1 / (2 columns)), comparable between terms
};

/// Of the correlations of the coefficients but the intercept's. Throws InvalidArgument for a model
/// without the covariance of least squares.
VarianceInflation variance_inflation(const LinearModel&);

}  // namespace insitu
