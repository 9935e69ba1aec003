#include "math/distributions.hpp"

#include <boost/math/distributions/students_t.hpp>
#include <boost/math/special_functions/beta.hpp>
#include <cmath>
#include <limits>

#include "math/elementary.hpp"

namespace insitu {

namespace {

// Errors come back as NaN or infinity. Boost computes doubles in long double, so that the last
// digit is right.
using Policy = boost::math::policies::policy<
    boost::math::policies::domain_error<boost::math::policies::ignore_error>,
    boost::math::policies::pole_error<boost::math::policies::ignore_error>,
    boost::math::policies::overflow_error<boost::math::policies::ignore_error>,
    boost::math::policies::underflow_error<boost::math::policies::ignore_error>,
    boost::math::policies::denorm_error<boost::math::policies::ignore_error>,
    boost::math::policies::rounding_error<boost::math::policies::ignore_error>,
    boost::math::policies::evaluation_error<boost::math::policies::ignore_error>,
    boost::math::policies::indeterminate_result_error<boost::math::policies::ignore_error>>;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
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
  return upper ? boost::math::ibetac(a, b, x, Policy()) : boost::math::ibeta(a, b, x, Policy());
}

double two_sided_t(double t, double df) {
  if (std::isnan(t) || !(df > 0)) return kNaN;
  if (std::isinf(t)) return 0;
  if (std::isinf(df)) return 2 * pnorm(std::fabs(t), true);
  if (std::fabs(t) > 1e100) {  // x^a / (a B(a, 1/2)): x itself may be too small for a double
    const double a = df / 2;
    const double log_beta =
        elementary::lgamma(a) + elementary::lgamma(0.5) - elementary::lgamma(a + 0.5);
    return elementary::exp(a * (elementary::log(df) - 2 * elementary::log(std::fabs(t))) -
                           elementary::log(a) - log_beta);
  }
  const double t2 = t * t;
  // I_x(df/2, 1/2) with x = df / (df + t^2); near x = 1 the complement keeps the digits.
  return t2 < df ? pbeta(t2 / (df + t2), 0.5, df / 2, true) : pbeta(df / (df + t2), df / 2, 0.5);
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
  const boost::math::students_t_distribution<double, Policy> t(df);
  return upper ? quantile(complement(t, p)) : quantile(t, p);
}

double pf(double f, double df1, double df2, bool upper) {
  if (std::isnan(f) || !(df1 > 0) || !(df2 > 0)) return kNaN;
  if (f <= 0) return upper ? 1 : 0;
  if (std::isinf(f)) return upper ? 0 : 1;
  const double a = df1 * f, b = df2;
  // I_x(df1/2, df2/2), x = a / (a + b); the smaller of x and 1 - x is the one that keeps its
  // digits.
  return a < b ? pbeta(a / (a + b), df1 / 2, df2 / 2, upper)
               : pbeta(b / (a + b), df2 / 2, df1 / 2, !upper);
}

}  // namespace insitu
