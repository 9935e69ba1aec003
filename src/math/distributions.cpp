#include "math/distributions.hpp"

#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/erf.hpp>
#include <cmath>
#include <limits>

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

}  // namespace

double pnorm(double x, bool upper) {
  if (std::isnan(x)) return kNaN;
  // erfc(z / sqrt 2) magnifies a rounding of its argument by z^2, so the part that was rounded away
  // is put back by its derivative. 1 / sqrt 2 in two doubles.
  constexpr double kHigh = 0.70710678118654757, kLow = -4.8336466567264567e-17;
  const double z = upper ? x : -x, s = z * kHigh;
  const double value = std::erfc(s);
  if (std::isinf(z) || !(value > 0)) return 0.5 * value;
  const double rest = std::fma(z, kHigh, -s) + z * kLow;
  return 0.5 * (value - rest * 1.1283791670955126 * std::exp(-s * s));
}

double qnorm(double p, bool upper) {
  if (!(p >= 0 && p <= 1)) return kNaN;
  if (p == 0) return upper ? kInfinity : -kInfinity;
  if (p == 1) return upper ? -kInfinity : kInfinity;
  const double root2 = std::sqrt(2.0);
  const double x = root2 * boost::math::erfc_inv(2 * p, Policy());
  return upper ? x : -x;
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
    const double log_beta = std::lgamma(a) + std::lgamma(0.5) - std::lgamma(a + 0.5);
    return std::exp(a * (std::log(df) - 2 * std::log(std::fabs(t))) - std::log(a) - log_beta);
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
