#pragma once
// What follows from coefficients, variances and sums of squares alone, however they were found.
#include <vector>

#include "algorithms/linear_fit.hpp"

namespace insitu {

/// Columns, rows, weights and degrees of freedom. REQUIRES: fit.rank is set.
template <class Real>
void add_counts(LinearFit&, const ModelFrame&, const MomentShape&, const ModelMoments<Real>&,
                const Design&, const Coding&);

/// sigma, R^2, F and their kin from residual_squares and the totals per response. `constant`:
/// totals are about the mean.
void add_response_statistics(LinearFit&, bool constant, std::vector<double> totals);

/// Standard errors, t and p from the variances of the coefficients in units of sigma^2 (NaN where
/// dropped).
void add_tests(LinearFit&, const std::vector<double>& variance);

}  // namespace insitu
