#include "math/distributions.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "math/elementary.hpp"
#include "math/incomplete_beta.hpp"

namespace insitu {

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
/// Degrees of freedom beyond these are as good as infinite.
constexpr double kLargest = 1e14;
/// The squares of larger t are not doubles.
constexpr double kFarthest = 1e150;
constexpr double kInfinity = std::numeric_limits<double>::infinity();
/// 1 / sqrt 2 in two doubles.
constexpr double kRootHalf = 0.70710678118654757, kRootHalfLow = -4.8336466567264567e-17;

/// log of the normal probability above x > 30, by the asymptotic series (Abramowitz &
/// Stegun 26.2.12).
double log_far_tail(double x) {
  const double z = 1 / (x * x);
  const double series =
      z * (-1 + z * (3 + z * (-15 + z * (105 + z * (-945 + z * (10395 - z * 135135))))));
  return -0.5 * x * x - (elementary::log(x) + 0.91893853320467274) + elementary::log1p(series);
}

}  // namespace

double pnorm(double x, bool upper) {
  if (std::isnan(x)) return kNaN;
  // erfc(z / sqrt 2) magnifies a rounding of its argument by z^2, so the part that was rounded away
  // is put back by its derivative.
  const double z = upper ? x : -x, s = z * kRootHalf;
  const double value = elementary::erfc(s);
  if (std::isinf(z) || !(value > 0)) return 0.5 * value;
  const double rest = std::fma(z, kRootHalf, -s) + z * kRootHalfLow;
  return 0.5 * (value - rest * 1.1283791670955126 * elementary::exp(-s * s));
}

double qnorm(double p, bool upper) {
  if (!(p >= 0 && p <= 1)) return kNaN;
  if (p == 0) return upper ? kInfinity : -kInfinity;
  if (p == 1) return upper ? -kInfinity : kInfinity;
  // x >= 0 with this probability above it; 1 - p is exact where it is taken.
  const double tail = p <= 0.5 ? p : 1 - p;
  // Hastings' approximation (Abramowitz & Stegun 26.2.23), off by less than 5e-4, and Halley's
  // steps, which cube the error: in the middle for 1/2 - p, which is exact there, else for p
  // itself.
  const double t = std::sqrt(-2 * elementary::log(tail));
  double x = t - (2.515517 + t * (0.802853 + t * 0.010328)) /
                     (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
  constexpr double kDensity = 0.39894228040143268;
  const bool middle = tail > 0.25;
  for (int step = 0; step < 3; ++step) {
    if (tail < 1e-200) {             // tails and densities may underflow; their logarithms do not
      const double z = 1 / (x * x);  // below: the probability above by the density, nearly
      x += (log_far_tail(x) - elementary::log(tail)) * (1 - z * (1 - 3 * z)) / x;
      continue;
    }
    const double density = kDensity * elementary::exp(-0.5 * x * x);
    double excess;  // of the probability above x over the tail
    if (middle) {
      const double s = x * kRootHalf, rest = std::fma(x, kRootHalf, -s) + x * kRootHalfLow;
      excess = ((0.5 - tail) - 0.5 * elementary::erf(s)) - density * (rest * 1.4142135623730951);
    } else {
      excess = pnorm(x, true) - tail;
    }
    const double newton = excess / density;
    x += newton / (1 - 0.5 * x * newton);
  }
  return (p <= 0.5) == upper ? x : -x;
}

double pbeta(double x, double a, double b, bool upper) {
  if (std::isnan(x) || !(a > 0) || !(b > 0)) return kNaN;
  if (x <= 0) return upper ? 1 : 0;
  if (x >= 1) return upper ? 0 : 1;
  if (std::isinf(a) || std::isinf(b)) {  // all of it at 1, at 0, or in the middle
    const double where = std::isinf(a) && std::isinf(b) ? 0.5 : std::isinf(a) ? 1 : 0;
    return (x >= where) == upper ? 0 : 1;
  }
  return incomplete_beta(x, two_sum(1, -x), a, b, upper).value;
}

namespace {

/// P(|T| >= t), or below; `front` is t times the density. REQUIRES: 0 < t <= kFarthest,
/// df finite.
IncompleteBeta t_tail(double t, double df, bool upper) {
  const DoubleDouble square = two_prod(t, t), sum = DoubleDouble(df) + square;
  return incomplete_beta(DoubleDouble(df) / sum, square / sum, df / 2, 0.5, !upper);
}

}  // namespace

double two_sided_t(double t, double df) {
  if (std::isnan(t) || !(df > 0)) return kNaN;
  if (t == 0) return 1;
  if (std::isinf(t)) return 0;
  if (std::isinf(df)) return 2 * pnorm(std::fabs(t), true);
  if (std::fabs(t) > kFarthest) {  // x^a / (a B(a, 1/2)): x itself may be too small for a double
    const double a = df / 2;
    return elementary::exp(a * (elementary::log(df) - 2 * elementary::log(std::fabs(t))) -
                           elementary::log(a) - to_double(log_beta(a, 0.5)));
  }
  return t_tail(std::fabs(t), df, true).value;
}

double pt(double t, double df, bool upper) {
  if (std::isnan(t) || !(df > 0)) return kNaN;
  const double tail = 0.5 * two_sided_t(t, df);
  return (t < 0) != upper ? tail : 1 - tail;
}

double qt(double p, double df, bool upper) {
  if (!(p >= 0 && p <= 1) || !(df > 0)) return kNaN;
  if (p == 0) return upper ? kInfinity : -kInfinity;
  if (p == 1) return upper ? -kInfinity : kInfinity;
  if (std::isinf(df)) return qnorm(p, upper);
  const double tail = std::min(p, 1 - p);
  if (tail == 0.5) return 0;
  // x > 0 with P(|T| >= x) = 2 tail, or P(|T| < x) = 1 - 2 tail, which is exact where it is small.
  // Both are nearly powers of x away from where they bend: Newton's steps are for the logarithms.
  const bool far = tail <= 0.25;
  const double wanted = far ? 2 * tail : 1 - 2 * tail;
  const double beta = elementary::exp(to_double(log_beta(df / 2, 0.5)));
  double x = std::sqrt(df) * (far ? elementary::exp(-elementary::log(wanted * beta * (df / 2)) / df)
                                  : wanted * beta / 2);
  if (std::isinf(x)) return (p <= 0.5) == upper ? x : -x;
  double beyond = kInfinity;  // the least x known to lie above the quantile
  for (int step = 0; step < 200; ++step) {
    const auto here = t_tail(std::min(x, kFarthest), df, far);
    if (far && x > kFarthest) break;  // the power is all there is
    if ((here.value < wanted) == far) beyond = std::min(beyond, x);
    double next = 0.9 * x;
    if (here.value > 0) {
      const double move = elementary::log1p((here.value - wanted) / wanted) * here.value /
                          ((far ? 2 : -2) * here.front);
      if (std::fabs(move) < 0x1p-52) break;
      next = x * elementary::exp(std::clamp(move, -2.0, 20.0));
    }
    x = next < beyond || next == x ? next : std::sqrt(x) * std::sqrt(beyond);
  }
  return (p <= 0.5) == upper ? x : -x;
}

double pf(double f, double df1, double df2, bool upper) {
  if (std::isnan(f) || !(df1 > 0) || !(df2 > 0)) return kNaN;
  if (f <= 0) return upper ? 1 : 0;
  if (std::isinf(f)) return upper ? 0 : 1;
  if (std::isinf(df1) || std::isinf(df2))  // in the limit the largest number does not differ
    return pf(f, std::min(df1, kLargest), std::min(df2, kLargest), upper);
  // I_x(df1/2, df2/2) with x = df1 f / (df1 f + df2), divided through by f where it is large.
  const DoubleDouble a = f > 1 ? DoubleDouble(df1) : two_prod(df1, f);
  const DoubleDouble b = f > 1 ? DoubleDouble(df2) / DoubleDouble(f) : DoubleDouble(df2);
  const DoubleDouble sum = a + b;
  return incomplete_beta(a / sum, b / sum, df1 / 2, df2 / 2, upper).value;
}

double pchisq(double x, double df, bool upper) {
  if (std::isnan(x) || !(df > 0) || df != std::floor(df)) return kNaN;
  if (x <= 0) return upper ? 1 : 0;
  if (x > 1e6 && x > 100 * df) return upper ? 0 : 1;  // smaller than any double
  // Abramowitz & Stegun (1964), 26.4.4 and 26.4.5: a sum of positive terms, each the one before
  // times x / (2 k), counted in units of exp(-x / 2) so that none of them vanishes.
  const bool odd = std::fmod(df, 2) == 1;
  const double z = x / 2;
  double term = odd ? std::sqrt(x) * std::sqrt(2 / 3.14159265358979323846) : 1;
  double sum = 0, exponent = -z;
  constexpr double kMuch = 0x1p900;
  for (double k = odd ? 3 : 2; k <= df; k += 2) {
    sum += term;
    term *= x / k;
    if (sum > kMuch || term > kMuch) {
      sum /= kMuch, term /= kMuch;
      exponent += 623.8324625039508;  // log(kMuch)
    }
  }
  const double far = odd ? two_sided_t(std::sqrt(x), kInfinity) : 0;
  const double above = far + sum * elementary::exp(exponent);
  return upper ? std::min(above, 1.0) : std::max(0.0, 1 - above);
}

}  // namespace insitu
