#pragma once
// What the logarithms, pow and the inverse hyperbolic functions share: x = 2^k m with m between
// sqrt(1/2) and sqrt(2), and log m = 2 atanh(s), s = f / (2 + f), f = m - 1 (the series of Gregory,
// as in P. T. P. Tang, "Table-driven implementation of the logarithm function", ACM TOMS 16 (1990),
// without his table: gathers cost more than terms). The polynomial is a Chebyshev fit of
// (atanh(s) / s - 1) / s^2, error 2^-66, computed with 400 bits.
#include "math/elementary/bits.hpp"
#include "math/elementary/exp_core.hpp"

namespace insitu::elementary {

struct NearOne {
  double k, m;
};

/// REQUIRES: x positive, normal and finite.
inline NearOne split_near_one(double x) {
  constexpr std::uint64_t kOne = 0x3ff0000000000000, kRootHalf = 0x3fe6a09e667f3bcd;
  const std::uint64_t exponent = (bits_of(x) + (kOne - kRootHalf)) >> 52;
  return {from_bits(exponent | 0x4330000000000000) - (0x1p52 + 1023),
          from_bits(bits_of(x) - (exponent << 52) + kOne)};
}

inline constexpr double kAtanh[] = {
    0x1.5555555555555p-2, 0x1.9999999999998p-3, 0x1.249249249296bp-3,
    0x1.c71c71c649fdep-4, 0x1.745d17d4c787ap-4, 0x1.3b137ac255568p-4,
    0x1.111d3a8293d5bp-4, 0x1.debb7d0c26307p-5, 0x1.e6ce4a6f738fdp-5};

/// s = f / (2 + f) with about 100 bits; one division.
inline DoubleDouble half_tangent(DoubleDouble f) {
  auto below = quick_two_sum(2, f.high);
  below.low += f.low;
  const double inverse = 1 / below.high;
  const double s = f.high * inverse;
  const double rest = std::fma(-s, below.high, f.high) + std::fma(-s, below.low, f.low);
  return quick_two_sum(s, rest * inverse);
}

/// log(1 + f) for 1 + f between sqrt(1/2) and sqrt(2); relative error below 2^-58.
inline DoubleDouble log_near_one(DoubleDouble f) {
  const auto s = half_tangent(f);
  const double z = s.high * s.high;
  const double rest = std::fma(s.high * z, polynomial(kAtanh, z), s.low);
  return quick_two_sum(2 * s.high, 2 * rest);
}

/// The same with relative error below 2^-64: the first term of the series in double-double.
inline DoubleDouble log_near_one_precise(DoubleDouble f) {
  static constexpr double kAfterThird[] = {
      0x1.9999999999998p-3, 0x1.249249249296bp-3, 0x1.c71c71c649fdep-4, 0x1.745d17d4c787ap-4,
      0x1.3b137ac255568p-4, 0x1.111d3a8293d5bp-4, 0x1.debb7d0c26307p-5, 0x1.e6ce4a6f738fdp-5};
  const auto s = half_tangent(f);
  const auto z = two_prod(s.high, s.high);
  const double z_low = z.low + 2 * (s.high * s.low);
  const auto third = quick_two_sum(kAtanh[0], z.high * polynomial(kAfterThird, z.high));
  const double third_low = third.low + 0x1.55761b3b081dbp-56;
  const auto square = two_prod(z.high, third.high);
  const double square_low = square.low + std::fma(z.high, third_low, z_low * third.high);
  const auto cube = two_prod(s.high, square.high);
  const double cube_low = cube.low + std::fma(s.high, square_low, s.low * square.high);
  const auto sum = quick_two_sum(s.high, cube.high);
  return {2 * sum.high, 2 * (sum.low + (cube_low + s.low))};
}

/// a + k ln 2.
inline DoubleDouble plus_k_ln2(DoubleDouble a, double k) {
  const auto sum = two_sum(k * kLn2High, a.high);
  return quick_two_sum(sum.high, sum.low + std::fma(k, kLn2Middle, a.low));
}

/// log x with relative error below 2^-64. REQUIRES: x positive, normal and finite.
inline DoubleDouble log_precise(double x) {
  const auto [k, m] = split_near_one(x);
  return plus_k_ln2(log_near_one_precise(m - 1), k);
}

/// log(1 + f), for -1 < f < 2^1000; relative error below 2^-58. 2^-k (1 + f) - 1 is formed without
/// rounding 1 + f: 2^-k - 1 is exact up to k = 53, beyond it weighs nothing.
inline DoubleDouble log_one_plus(DoubleDouble f) {
  const double one_plus = 1 + f.high;
  const double k = split_near_one(one_plus).k;
  const double down = from_bits(bits_of(kRounder + (1023 - k)) << 52);  // 2^-k
  auto g = two_sum(down - 1, down * f.high);
  g = quick_two_sum(g.high, g.low + down * f.low);
  return plus_k_ln2(log_near_one(g), k);
}

}  // namespace insitu::elementary
