#pragma once
// What sin, cos and tan share: x = k pi/2 + r, |r| <= pi/4, and sin r and cos r as double-doubles.
// Up to 2^30 by the reduction of Cody & Waite (1980) with fused steps and pi/2 in three doubles;
// beyond, and as exactly, by M. H. Payne & R. N. Hanek, "Radian reduction for trigonometric
// functions", SIGNUM Newsletter 18 (1983), with 1280 bits of 2/pi. The polynomials are Chebyshev
// fits of (sin(r) / r - 1) / r^2 (error 2^-77) and (cos r - 1) / r^2 (2^-84), computed with 400
// bits.
#include "math/elementary/series.hpp"

namespace insitu::elementary {

struct Turn {
  std::uint64_t quadrant;  ///< k; the last two bits count
  DoubleDouble r;
};

inline constexpr double kDirectTurn = 0x1p30;

/// REQUIRES: |x| < kDirectTurn.
inline Turn turn_of(double x) {
  constexpr double kHigh = 0x1.921fb54442d18p+0, kMiddle = 0x1.1a62633145c07p-54,
                   kLow = -0x1.f1976b7ed8fbcp-110;
  const double shifted = std::fma(x, 0x1.45f306dc9c883p-1, kRounder);
  const double k = shifted - kRounder;
  const double top = std::fma(-k, kHigh, x);  // exact: a multiple of 2^-53 below 1
  const auto middle = two_prod(k, kMiddle);
  const auto r = two_sum(top, -middle.high);
  return {bits_of(shifted), quick_two_sum(r.high, std::fma(-k, kLow, r.low - middle.low))};
}

/// For any finite |x| >= 2^-9.
Turn turn_of_large(double x);

inline DoubleDouble sin_of(DoubleDouble r) {
  static constexpr double kRest[] = {
      0x1.1111111111111p-7,  -0x1.a01a01a01a019p-13, 0x1.71de3a556c2c3p-19, -0x1.ae64567e723afp-26,
      0x1.61245fb3dc7eep-33, -0x1.ae7c524f65a8ep-41, 0x1.9241fe47ad0d1p-49};
  return odd_series(r, {-0x1.5555555555555p-3, -0x1.5555489759971p-57}, kRest);
}

inline DoubleDouble cos_of(DoubleDouble r) {
  static constexpr double kRest[] = {
      0x1.5555555555555p-5,  -0x1.6c16c16c16c17p-10, 0x1.a01a01a01a018p-16, -0x1.27e4fb7789aa7p-22,
      0x1.1eed8efedd34dp-29, -0x1.939748a74473dp-37, 0x1.ae7c358e5518bp-45, -0x1.6587b60d51447p-53};
  return sum_of_larger(1, series_after(square(r), -0.5, kRest));
}

inline double sin_of_turn(Turn turn) {
  const auto s = sin_of(turn.r), c = cos_of(turn.r);
  const bool odd = turn.quadrant & 1, minus = turn.quadrant & 2;
  const double value = odd ? c.high + c.low : s.high + s.low;
  return minus ? -value : value;
}

inline double tan_of_turn(Turn turn) {
  const auto s = sin_of(turn.r), c = cos_of(turn.r);
  const bool odd = turn.quadrant & 1;
  const DoubleDouble top(odd ? -c.high : s.high, odd ? -c.low : s.low);
  const DoubleDouble below(odd ? s.high : c.high, odd ? s.low : c.low);
  const auto q = quotient(top, below);
  return q.high + q.low;
}

}  // namespace insitu::elementary
