// lgamma and tgamma: gamma_core.hpp.
#include "math/elementary.hpp"
#include "math/elementary/gamma_core.hpp"
#include "math/elementary/map.hpp"

namespace insitu::elementary {

namespace {

/// Below this, gamma(x) = 1 / x and log |gamma(x)| = -log |x| within 2^-57.
constexpr double kTiny = 0x1p-60;
constexpr DoubleDouble kLogPi(0x1.250d048e7a1bdp+0, 0x1.7abf2ad8d5088p-57);

DoubleDouble negative(DoubleDouble a) { return {-a.high, -a.low}; }

/// log |gamma(x)| for kTiny <= |x| < 2^52, x no whole number below 1.
DoubleDouble log_gamma_of(double x) {
  if (x >= 0.5) return log_gamma_right(x);
  if (x > 0) return sum(log_gamma_middle(two_sum(x, 1)), negative(log_precise(x)));
  // log pi - log |x| - log |sin(pi x)| - log gamma(-x)
  const auto near = -x >= 0.5 ? sum(log_precise(-x), log_gamma_right(-x))
                              : log_gamma_middle(two_sum(-x, 1));  // log(a gamma(a))
  return sum(sum(kLogPi, negative(log_of(size_of_sin_pi(x)))), negative(near));
}

struct Lgamma {
  static bool core(double x, double& y) {
    const auto middle = log_gamma_middle(x), large = log_gamma_large(x);
    y = x < 3 ? middle.high + middle.low : large.high + large.low;
    return (x >= 0.5) & (x < 0x1p1000);
  }
  [[gnu::noinline]] static double rare(double x) {
    if (x != x) return same_nan(x);
    const double a = std::fabs(x);
    if (a > kLargest || (x <= 0 && is_whole(x))) return kInfinity;
    if (a < kTiny) return -elementary::log(a);
    if (x >= 0x1p1000) {  // 2^24 of it at a time, so that only the result overflows
      const double large = x * 0x1p-24;
      return (large * (elementary::log(x) - 1)) * 0x1p24;
    }
    const auto value = log_gamma_of(x);
    return value.high + value.low;
  }
};

struct Tgamma {
  /// 171.7 is the last whose gamma function is finite.
  static bool core(double x, double& y) {
    const auto middle = log_gamma_middle(x), large = log_gamma_large(x);
    const DoubleDouble value(x < 3 ? middle.high : large.high, x < 3 ? middle.low : large.low);
    y = exp_value(value).scaled();
    return (x >= 0.5) & (x <= 171);
  }
  [[gnu::noinline]] static double rare(double x) {
    if (x != x) return same_nan(x);
    if (x == 0) return std::copysign(kInfinity, x);
    if (x < 0 && is_whole(x)) return kNaN;
    if (std::fabs(x) < kTiny) return 1 / x;
    if (x > 172) return kInfinity;
    if (x < -190) return is_odd(std::floor(x)) ? -0.0 : 0.0;
    if (x > 0 && x < 0.5) {
      const auto value = exp_value(log_gamma_middle(two_sum(x, 1)));
      const auto ratio = quotient(value.value, x);
      return (ratio.high + ratio.low) * value.scale();
    }
    if (x > 0) return exp_anywhere(log_gamma_right(x));
    // pi / (|x sin(pi x)| gamma(-x)): what goes to infinity beside whole numbers is divided, not
    // taken to the logarithm.
    const auto below = product(size_of_sin_pi(x), -x >= 0.5 ? -x : 1.0);
    const auto ratio = quotient(DoubleDouble(0x1.921fb54442d18p+1, 0x1.1a62633145c07p-53), below);
    const auto other = -x >= 0.5 ? log_gamma_right(-x) : log_gamma_middle(two_sum(-x, 1));
    const double size = exp_anywhere(negative(other), 0, ratio);
    return is_odd(std::floor(x)) ? -size : size;
  }
};

}  // namespace

int gamma_sign(double x) {
  if (x == 0) return std::signbit(x) ? -1 : 1;
  return x < 0 && is_odd(std::floor(x)) ? -1 : 1;
}

INSITU_ELEMENTARY(lgamma, Lgamma)
INSITU_ELEMENTARY(tgamma, Tgamma)

}  // namespace insitu::elementary
