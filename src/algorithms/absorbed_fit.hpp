#pragma once
// Least squares with a factor of very many levels: its cells are eliminated first, one by one
// (their block is diagonal), and only what they leave of the other columns is solved as a matrix
// (partitioned regression; Frisch & Waugh 1933). Cost and memory follow the pairs of cells that
// occur, not the square of the number of levels.
#include "algorithms/linear_fit.hpp"

namespace insitu {

/// The same answer as the dense solution, but for which of several dependent columns is dropped:
/// the absorbed factor is taken first. No covariance matrices; the condition number with a cube
/// only (of the columns beside it). Throws InvalidArgument when the other columns are too many, or
/// when the largest factor cannot go first (no intercept and it is not the first term).
template <class Real>
LinearFit fit_absorbing_a_factor(const ModelFrame&, const MomentShape&, const ModelMoments<Real>&,
                                 const FitOptions&);

}  // namespace insitu
