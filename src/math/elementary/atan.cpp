// atan, atan2, asin and acos: the angle of a point (x, y) of the first quadrant, both
// double-doubles. The reduction is that of Cody & Waite (1980): with y / x up to tan(pi/8), with (y
// - x) / (y + x) beside pi/4 up to tan(3 pi/8), with -x / y beside pi/2 beyond. The polynomial is a
// Chebyshev fit of (atan(t) / t - 1) / t^2, error 2^-73, computed with 400 bits. asin x is the
// angle of (sqrt(1 - x^2), x), acos x that of (x, sqrt(1 - x^2)).
#include "math/elementary.hpp"
#include "math/elementary/map.hpp"
#include "math/elementary/series.hpp"

namespace insitu::elementary {

namespace {

constexpr double kTiny = 0x1p-28;
constexpr DoubleDouble kPi(0x1.921fb54442d18p+1, 0x1.1a62633145c07p-53);
constexpr double kHalfPi = 0x1.921fb54442d18p+0;

/// REQUIRES: x, y >= 0, not both 0, between 2^-500 and 2^500 where they are not 0.
inline DoubleDouble angle_of(DoubleDouble y, DoubleDouble x) {
  static constexpr double kRest[] = {
      0x1.999999999999ap-3, -0x1.2492492492490p-3, 0x1.c71c71c71c3c2p-4, -0x1.745d1745be8e5p-4,
      0x1.3b13b1370f74ep-4, -0x1.11111082244d3p-4, 0x1.e1e1c690f6b0cp-5, -0x1.af2691f11bb62p-5,
      0x1.860135b582d0bp-5, -0x1.6359c852a26cep-5, 0x1.4242740e55244p-5, -0x1.15f156900551ap-5,
      0x1.8ef641776b7d7p-6, -0x1.519a3b1554a73p-7};
  const bool steep = y.high > 2.414213562373095 * x.high;
  const bool middle = y.high > 0.41421356237309503 * x.high;
  const auto less = sum(y, {-x.high, -x.low}), more = sum(y, x);
  const DoubleDouble top(steep    ? -x.high
                         : middle ? less.high
                                  : y.high,
                         steep    ? -x.low
                         : middle ? less.low
                                  : y.low);
  const DoubleDouble below(steep    ? y.high
                           : middle ? more.high
                                    : x.high,
                           steep    ? y.low
                           : middle ? more.low
                                    : x.low);
  const DoubleDouble base(steep    ? kHalfPi
                          : middle ? 0.5 * kHalfPi
                                   : 0.0,
                          steep    ? 0x1.1a62633145c07p-54
                          : middle ? 0x1.1a62633145c07p-55
                                   : 0.0);
  const auto t = quotient(top, below);
  return sum(base, odd_series(t, {-0x1.5555555555555p-2, -0x1.55550bd7c43a0p-56}, kRest));
}

inline DoubleDouble across_if(bool left, DoubleDouble angle) {
  const auto other = sum_of_larger(kPi, {-angle.high, -angle.low});
  return {left ? other.high : angle.high, left ? other.low : angle.low};
}

/// sqrt(1 - a^2) for 0 <= a < 1.
inline DoubleDouble other_leg(double a) { return root(product(two_sum(1, -a), two_sum(1, a))); }

struct Atan {
  static bool core(double x, double& y) {
    const double a = std::fabs(x);
    const auto angle = angle_of(a, 1);
    y = std::copysign(angle.high + angle.low, x);
    return (a >= kTiny) & (a < 0x1p500);
  }
  [[gnu::noinline]] static double rare(double x) {
    if (x != x) return same_nan(x);
    return std::fabs(x) < kTiny ? x : std::copysign(kHalfPi, x);
  }
};

struct Asin {
  static bool core(double x, double& y) {
    const double a = std::fabs(x);
    const auto angle = angle_of(a, other_leg(a));
    y = std::copysign(angle.high + angle.low, x);
    return (a >= kTiny) & (a < 1);
  }
  [[gnu::noinline]] static double rare(double x) {
    if (x != x) return same_nan(x);
    const double a = std::fabs(x);
    if (a < kTiny) return x;
    return a == 1 ? std::copysign(kHalfPi, x) : kNaN;
  }
};

struct Acos {
  static bool core(double x, double& y) {
    const double a = std::fabs(x);
    const auto angle = across_if(x < 0, angle_of(other_leg(a), a));
    y = angle.high + angle.low;
    return (a >= 0x1p-100) & (a < 1);
  }
  [[gnu::noinline]] static double rare(double x) {
    if (x != x) return same_nan(x);
    if (x == 1) return 0;
    if (x == -1) return kPi.high;
    return std::fabs(x) < 1 ? kHalfPi : kNaN;
  }
};

struct Atan2 {
  static double of(double y, double x) {
    const auto angle = across_if(std::signbit(x), angle_of(std::fabs(y), std::fabs(x)));
    return std::copysign(angle.high + angle.low, y);
  }
  static bool usual(double a) { return (a >= 0x1p-500) & (a <= 0x1p500); }
  static bool core(double y, double x, double& out) {
    const double a = std::fabs(y), b = std::fabs(x);
    const auto angle = across_if(x < 0, angle_of(a, b));
    out = std::copysign(angle.high + angle.low, y);
    // Where y / x may underflow below, a subnormal result would be rounded twice.
    return usual(a) & usual(b);
  }
  [[gnu::noinline]] static double rare(double y, double x) {
    if (y != y) return same_nan(y);
    if (x != x) return same_nan(x);
    const double a = std::fabs(y), b = std::fabs(x);
    const bool left = std::signbit(x);
    const auto with_sign = [&](double angle) { return std::copysign(angle, y); };
    if (a == 0) return with_sign(left ? kPi.high : 0);
    if (b == 0) return with_sign(kHalfPi);
    if (a > kLargest && b > kLargest) return with_sign(left ? 0x1.2d97c7f3321d2p+1 : 0.5 * kHalfPi);
    if (a > kLargest) return with_sign(kHalfPi);
    if (b > kLargest) return with_sign(left ? kPi.high : 0);
    const int above = std::ilogb(a), beside = std::ilogb(b), steepness = above - beside;
    if (steepness > 60) return with_sign(kHalfPi);
    if (steepness < -60) return with_sign(left ? kPi.high : a / b);
    return of(std::copysign(std::scalbn(a, -beside), y), std::copysign(std::scalbn(b, -beside), x));
  }
};

}  // namespace

INSITU_ELEMENTARY(atan, Atan)
INSITU_ELEMENTARY(asin, Asin)
INSITU_ELEMENTARY(acos, Acos)
INSITU_ELEMENTARY_2(atan2, Atan2)

}  // namespace insitu::elementary
