#pragma once
// The regularised incomplete beta function, on which the tails of t and F rest, in double-double:
// one sequence of IEEE operations, whatever the machine has beside doubles.
#include "math/double_double.hpp"

namespace insitu {

/// I_x(a, b) and what it is made of.
struct IncompleteBeta {
  double value = 0;  ///< I_x(a, b), or the rest to 1
  double front = 0;  ///< x^a y^b / B(a, b): derivatives are made of it
};

/// `upper`: the rest to 1. Within one unit in the last place for a and b up to 10^12, also where
/// value is very small; a few units where it is subnormal. REQUIRES: x and y between 0 and 1,
/// x + y = 1, each with its own digits; a and b positive and finite.
IncompleteBeta incomplete_beta(DoubleDouble x, DoubleDouble y, double a, double b, bool upper);

/// log B(a, b).
DoubleDouble log_beta(double a, double b);

}  // namespace insitu
