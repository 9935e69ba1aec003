#pragma once
// log |gamma(x)| as a double-double, absolute error below 2^-62 (1 + x). Between 1/2 and 3:
// (x - 1) (x - 2) P(u), u = (x - 5/4) / (x + 5/4), exact at the zeros 1 and 2. From 3 on:
// Stirling's (x - 1/2) (log x - 1) + log sqrt(2 pi) - 1/2 + R(1 / x^2) / x. P and R are Chebyshev
// fits with errors of 2^-62, computed with 250 bits. Below 1/2: gamma(x) = gamma(1 + x) / x; below
// 0 Euler's reflection gamma(-x) gamma(x) = -pi / (x sin(pi x)), as in F. W. J. Olver, NIST
// Handbook of Mathematical Functions (2010), 5.5 and 5.11.
#include "math/elementary/log_core.hpp"
#include "math/elementary/series.hpp"
#include "math/elementary/trig_core.hpp"

namespace insitu::elementary {

/// For 1/2 <= x <= 3, as x.high + x.low.
inline DoubleDouble log_gamma_middle(DoubleDouble x) {
  static constexpr double kRest[] = {
      0x1.0980a50d8515ap-3, -0x1.44ce18e635edap-3, 0x1.61af2e88a5615p-4,  -0x1.8d39da54e34b6p-4,
      0x1.07b3a39e42740p-4, -0x1.1e3fbc9c71500p-4, 0x1.a3d64f602ccf5p-5,  -0x1.bf80ae8585577p-5,
      0x1.5c9217b91ef70p-5, -0x1.6f4d8a8d97378p-5, 0x1.29efb0fb19a41p-5,  -0x1.377eb3871301ep-5,
      0x1.0438d81aeeba2p-5, -0x1.0e1ef38af0479p-5, 0x1.cb8fdababe5c1p-6,  -0x1.e2de609e80fdep-6,
      0x1.b0d316ab5c308p-6, -0x1.8851427173769p-6, 0x1.10cd52d4d69b9p-6,  -0x1.13d9252b5e23bp-5,
      0x1.748b252d0759ep-5, 0x1.eca303ef89941p-8,  -0x1.38f1465cdd2cdp-5, -0x1.09eb4716df34ap-4,
      0x1.64a473af77510p-4};
  const auto u = quotient(sum(x, -1.25), sum(x, 1.25));
  const auto slope = quick_two_sum(-0x1.d8782ecd96532p-2, u.high * polynomial(kRest, u.high));
  const auto rise = product(u, {slope.high, slope.low - 0x1.6d4d855c0ea5ep-56});
  const auto p = sum_of_larger({0x1.0c58fe25dca2cp-1, -0x1.74c8c9a02b031p-55}, rise);
  const auto one = sum(x, -1), two = sum(x, -2);
  return product(product(quick_two_sum(one.high, one.low), quick_two_sum(two.high, two.low)), p);
}

/// For 3 <= x < 2^1000.
inline DoubleDouble log_gamma_large(double x) {
  static constexpr double kRest[] = {
      0x1.5555555555555p-4,  -0x1.6c16c16c1680fp-9,  0x1.a01a019dc9562p-11, -0x1.38137f18d0057p-11,
      0x1.b950dadd18750p-11, -0x1.f683ee6be7564p-10, 0x1.a22c67ede2dedp-8,  -0x1.d2fc9a9669d80p-6,
      0x1.376fc01a769e0p-3,  -0x1.a915b2f985e05p-1,  0x1.fb39a1b8dec6ep+1,  -0x1.ca5c6e269a3e6p+3,
      0x1.0ac00de6479b1p+5,  -0x1.254f2f1821524p+5};
  const double inverse = 1 / x;
  const auto less = sum(log_precise(x), -1);
  const auto main = product(two_sum(x, -0.5), less);
  const auto rest =
      quick_two_sum(0x1.acfe390c97d69p-2, inverse * polynomial(kRest, inverse * inverse));
  const auto total = two_sum(main.high, rest.high);
  return {total.high, total.low + (main.low + (rest.low + 0x1.3494bc9001442p-56))};
}

/// log gamma(x) for x >= 1/2.
inline DoubleDouble log_gamma_right(double x) {
  return x < 3 ? log_gamma_middle(x) : log_gamma_large(x);
}

/// log of a positive double-double between 2^-1000 and 2^1000.
inline DoubleDouble log_of(DoubleDouble a) {
  const auto [k, m] = split_near_one(a.high);
  const double down = from_bits(bits_of(kRounder + (1023 - k)) << 52);
  return plus_k_ln2(log_near_one_precise(two_sum(m - 1, down * a.low)), k);
}

/// |sin(pi x)|, with full relative precision beside whole numbers.
inline DoubleDouble size_of_sin_pi(double x) {
  const double a = std::fabs(x), r = std::fabs(a - std::nearbyint(a));  // exact, up to 1/2
  constexpr double kPiHigh = 0x1.921fb54442d18p+1, kPiLow = 0x1.1a62633145c07p-53;
  const auto angle = product(r <= 0.25 ? r : 0.5 - r, DoubleDouble(kPiHigh, kPiLow));
  return r <= 0.25 ? sin_of(angle) : cos_of(angle);
}

}  // namespace insitu::elementary
