// erf and erfc. Up to 1/2: x (2 / sqrt(pi) + x^2 P(x^2)). Beyond: erfc x = exp(-x^2) G(u) / (1 + 2
// x) with u = (x - 4) / (x + 4), the form of M. M. Shepherd & J. G. Laframboise, "Chebyshev
// approximation of (1 + 2 x) exp(x^2) erfc x", Math. Comp. 36 (1981); x^2 is exact in
// double-double, so that nothing is magnified in the tail. P and G are Chebyshev fits with errors
// of 2^-68, computed with 250 bits.
#include "math/elementary.hpp"
#include "math/elementary/exp_core.hpp"
#include "math/elementary/map.hpp"
#include "math/elementary/series.hpp"

namespace insitu::elementary {

namespace {

constexpr double kTiny = 0x1p-28;
constexpr double kNear = 0.5;

/// erf a for 0 <= a <= 1/2.
inline DoubleDouble erf_near_zero(double a) {
  static constexpr double kRest[] = {
      -0x1.812746b0379e7p-2,  0x1.ce2f21a042be2p-4,  -0x1.b82ce31288b0ep-6,  0x1.565bcd0e6702bp-8,
      -0x1.c02db3fd9489ap-11, 0x1.f9a325bce4c31p-14, -0x1.f4d202d36baf4p-17, 0x1.b9d723d8c9fafp-20,
      -0x1.5dcae8c24876ep-23, 0x1.ca4f83d14002dp-27};
  const double z = a * a;
  const auto factor = quick_two_sum(0x1.20dd750429b6dp+0, z * polynomial(kRest, z));
  return product(a, {factor.high, factor.low + 0x1.1ae3a914fed80p-56});
}

/// erfc a / exp(-a^2) for 1/2 <= a < 28.
inline DoubleDouble scaled_erfc(double a) {
  static constexpr double kRest[] = {
      0x1.f7f5df66fd7bfp-7,   0x1.16ecefcfa5396p-4,   -0x1.9ddb23c3e9119p-4,
      0x1.7fee004e1252cp-4,   -0x1.0fb06dfe4885bp-4,  0x1.3079edf6830b1p-5,
      -0x1.0962388553940p-6,  0x1.49c67285ed9a4p-8,   -0x1.8d4a99853c3efp-11,
      -0x1.a1df2502d5bd6p-13, 0x1.3be031f613b5bp-13,  -0x1.9959615328fccp-16,
      -0x1.78815eeac8c1dp-17, 0x1.7f2b2a45f736dp-18,  0x1.3853b68915c9cp-22,
      -0x1.bb55335c716dep-21, 0x1.5302ed2475ad7p-24,  0x1.dd9a9e8005683p-24,
      -0x1.76f2744c0dcddp-26, -0x1.0ce51cbffe69ap-26, 0x1.05ff8893fd6b6p-28,
      0x1.3819520e5e0c1p-29,  -0x1.c5d4bdb5b2327p-32, -0x1.1198ceb7fc211p-32};
  const auto u = quotient(two_sum(a, -4), two_sum(a, 4));
  const auto slope = quick_two_sum(-0x1.1df1ad154a28ep-3, u.high * polynomial(kRest, u.high));
  const auto rise = product(u, {slope.high, slope.low - 0x1.25150b9c109f2p-57});
  const auto g = sum_of_larger({0x1.3ba5916e9fd7fp+0, -0x1.aa99cc2185a93p-55}, rise);
  return quotient(g, two_sum(1, 2 * a));
}

inline DoubleDouble minus_square(double a) {
  const auto square = two_prod(a, a);
  return {-square.high, -square.low};
}

/// erfc a for 1/2 <= a <= 26.
inline DoubleDouble erfc_beyond(double a) {
  const auto decay = exp_value(minus_square(a));
  const auto value = product(decay.value, scaled_erfc(a));
  const double scale = decay.scale();
  return {value.high * scale, value.low * scale};
}

struct Erf {
  static bool core(double x, double& y) {
    const double a = std::fabs(x);
    const auto near = erf_near_zero(a), beyond = erfc_beyond(a);
    const auto rest = sum_of_larger(1, {-beyond.high, -beyond.low});
    y = std::copysign(a < kNear ? near.high + near.low : rest.high + rest.low, x);
    return (a >= kTiny) & (a <= 6);
  }
  [[gnu::noinline]] static double rare(double x) {
    if (x != x) return same_nan(x);
    if (std::fabs(x) > 6) return std::copysign(1.0, x);
    // 2 / sqrt(pi) in two doubles, of whose product with x nothing may get lost where x is
    // subnormal.
    return std::fma(x, 0x1.20dd750429b6dp+0, x * 0x1.1ae3a914fed80p-56);
  }
};

struct Erfc {
  static bool core(double x, double& y) {
    const double a = std::fabs(x);
    const auto near = erf_near_zero(a), beyond = erfc_beyond(a);
    const bool is_near = a < kNear, negative = x < 0;
    // 1 - erf a, 1 + erf a, erfc a or 2 - erfc a.
    const double base = is_near ? 1.0 : negative ? 2.0 : 0.0;
    const DoubleDouble part(is_near ? near.high : beyond.high, is_near ? near.low : beyond.low);
    const auto value = sum(base, negative_if(is_near != negative, part));
    y = value.high + value.low;
    return (x >= -6) & (x <= 26);
  }
  [[gnu::noinline]] static double rare(double x) {
    if (x != x) return same_nan(x);
    if (x < 0) return 2;
    return x > 28 ? 0 : exp_anywhere(minus_square(x), 0, scaled_erfc(x));
  }
};

}  // namespace

INSITU_ELEMENTARY(erf, Erf)
INSITU_ELEMENTARY(erfc, Erfc)

}  // namespace insitu::elementary
