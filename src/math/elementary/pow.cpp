// pow: exp(y log x) with the logarithm and the product in double-double (exp_core.hpp,
// log_core.hpp), as in J.-M. Muller et al., "Handbook of Floating-Point Arithmetic", 2nd ed.
// (2018), 10.5. The product's error is below 2^-57 where the result is finite, so that results that
// are doubles themselves (3^20, 4^0.5, 10^-0 ... 10^22) come out exactly. Special cases: C17, annex
// F.10.4.4.
#include "math/elementary.hpp"
#include "math/elementary/exp_core.hpp"
#include "math/elementary/log_core.hpp"
#include "math/elementary/map.hpp"

namespace insitu::elementary {

namespace {

struct Pow {
  /// y * a.
  static DoubleDouble product(double y, DoubleDouble a) {
    const auto high = two_prod(y, a.high);
    return {high.high, std::fma(y, a.low, high.low)};
  }
  static bool core(double x, double y, double& out) {
    const auto exponent = product(y, log_precise(x));
    out = exp_value(exponent).scaled();
    return (x >= kSmallestNormal) & (x <= kLargest) & (std::fabs(exponent.high) <= 708) &
           (std::fabs(y) <= 0x1p900);
  }
  /// x > 0 finite, y finite and not 0.
  static double of_positive(double x, double y) {
    double more = 0;
    if (x < kSmallestNormal) x *= 0x1p64, more = -64;
    const auto [k, m] = split_near_one(x);
    const auto log_x = plus_k_ln2(log_near_one_precise(m - 1), k + more);
    // Larger exponents would overflow in the product and end the same way; smaller ones give 1.
    if (std::fabs(y) > 0x1p100) y = std::copysign(0x1p100, y);
    return exp_anywhere(product(y, log_x));
  }
  [[gnu::noinline]] static double rare(double x, double y) {
    if (y == 0 || x == 1) return 1;
    if (x != x) return same_nan(x);
    if (y != y) return same_nan(y);
    const double size = std::fabs(x);
    if (std::fabs(y) > kLargest) {
      if (size == 1) return 1;
      return (size > 1) == (y > 0) ? kInfinity : 0;
    }
    const bool negative = std::signbit(x) && is_odd(y);
    double result;
    if (size == 0 || size > kLargest)
      result = (size == 0) == (y > 0) ? 0 : kInfinity;
    else if (x < 0 && !is_whole(y))
      return kNaN;
    else
      result = size == 1 ? 1 : of_positive(size, y);
    return negative ? -result : result;
  }
};

}  // namespace

INSITU_ELEMENTARY_2(pow, Pow)

}  // namespace insitu::elementary
