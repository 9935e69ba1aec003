#pragma once
// Elastic-net regression from correlations by coordinate descent (Friedman, Hastie & Tibshirani
// 2010, "Regularization paths for generalized linear models via coordinate descent", covariance
// updates): the same bits on every machine.
#include <cstddef>
#include <vector>

namespace insitu {

struct ElasticNetPenalty {
  double absolute = 0;  ///< factor of the sum of |b|
  double square = 0;    ///< factor of the sum of b^2 / 2
};

/// Moves `b` to the minimum of b' R b / 2 - r' b + absolute |b| + square b^2 / 2, from where it is.
/// `correlations` R: p x p with ones on the diagonal; `with_y` r. Ends when a round over all
/// coordinates moves none by 1e-13 or more; false where 100,000 rounds are not enough.
bool elastic_net(const std::vector<double>& correlations, const std::vector<double>& with_y,
                 const ElasticNetPenalty&, std::vector<double>& b);

}  // namespace insitu
