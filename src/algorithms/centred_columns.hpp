#pragma once
// Coefficients of columns whose values are counted from centres: what iterations over the data
// keep, so that columns far from zero lose no digits.
#include <cstddef>
#include <vector>

#include "algorithms/design.hpp"
#include "algorithms/model_moments.hpp"

namespace insitu {

/// Positions of the coefficients that the constant is added to: the intercept, or the cells of the
/// first term, which add up to it; none in a model without.
std::vector<std::size_t> constant_columns(const Design&, const std::vector<bool>& aliased);

/// The same linear predictor with the columns counted from other centres.
void recentre(double* coefficients, const std::vector<double>& from, const std::vector<double>& to,
              const std::vector<std::size_t>& constant);

/// max |a - b| / max |a|; max |b| where a is all zero. REQUIRES: equal sizes.
double relative_change(const std::vector<double>& a, const std::vector<double>& b);

/// The spread of each column over the rows: 1 of a cell, else the root of the mean square about the
/// mean (of a slope by factor, about zero within its cell).
template <class Real>
std::vector<double> spreads(const Design&, const MomentShape&, const ModelMoments<Real>&);

}  // namespace insitu
