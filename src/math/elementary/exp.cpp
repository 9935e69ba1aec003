// exp and expm1: exp_core.hpp.
#include "math/elementary.hpp"
#include "math/elementary/exp_core.hpp"
#include "math/elementary/map.hpp"

namespace insitu::elementary {

namespace {

struct Exp {
  static bool core(double x, double& y) {
    y = exp_value(x).scaled();
    return (x >= -708) & (x <= 709);
  }
  [[gnu::noinline]] static double rare(double x) { return x != x ? same_nan(x) : exp_anywhere(x); }
};

struct Expm1 {
  static bool core(double x, double& y) {
    const auto parts = exp_parts(x);
    const auto value = parts.expm1();
    const double scale = parts.scale();
    const auto less = two_sum(scale, -1);  // exact
    const auto sum = two_sum(less.high, scale * value.high);
    y = sum.high + (sum.low + (less.low + scale * value.low));
    const double size = std::fabs(x);
    return (size >= 0x1p-54) & (x >= -40) & (x <= 709);
  }
  [[gnu::noinline]] static double rare(double x) {
    if (x != x) return same_nan(x);
    if (std::fabs(x) < 0x1p-54) return x;
    return x < 0 ? -1 : exp_anywhere(x);
  }
};

}  // namespace

INSITU_ELEMENTARY(exp, Exp)
INSITU_ELEMENTARY(expm1, Expm1)

}  // namespace insitu::elementary
