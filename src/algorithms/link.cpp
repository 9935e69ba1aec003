#include "algorithms/link.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/number_text.hpp"
#include "base/suggest.hpp"
#include "math/distributions.hpp"
#include "math/elementary.hpp"
#include "math/pow_of_all.hpp"

namespace insitu {

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kEpsilon = std::numeric_limits<double>::epsilon();
constexpr double kPi = 3.141592653589793;
constexpr double kMostLogit = 30;     // beyond, R's logit stands still
constexpr double kMostCloglog = 700;  // exp() of more is no double
constexpr double kRootTwoPi = 2.5066282746310002;

struct NamedKind {
  std::string_view name;
  Link::Kind kind;
};
constexpr NamedKind kNames[] = {
    {"identity", Link::Kind::kIdentity},    {"log", Link::Kind::kLog},
    {"logit", Link::Kind::kLogit},          {"probit", Link::Kind::kProbit},
    {"cauchit", Link::Kind::kCauchit},      {"cloglog", Link::Kind::kCloglog},
    {"inverse", Link::Kind::kInverse},      {"sqrt", Link::Kind::kSqrt},
    {"1/mu^2", Link::Kind::kInverseSquare},
};

/// Where R bounds the linear predictor of a probit.
double most_probit() {
  static const double value = qnorm(kEpsilon, true);
  return value;
}
/// Where it bounds that of a cauchit: the Cauchy quantile of 1 - epsilon.
constexpr double kMostCauchit = 1 / (kPi * kEpsilon);

double logit_mu(double exp_eta) { return exp_eta / (1 + exp_eta); }

double cauchy_probability(double x) {
  if (std::fabs(x) <= 1) return 0.5 + elementary::atan(x) / kPi;
  const double tail = elementary::atan(1 / x) / kPi;
  return x > 0 ? 1 - tail : -tail;
}

}  // namespace

std::string Link::name() const {
  if (kind == Kind::kPower) return "mu^" + general_text(std::round(power * 1000) / 1000, 15);
  for (const auto& each : kNames)
    if (each.kind == kind) return std::string(each.name);
  return "";
}

double Link::eta(double mu) const {
  switch (kind) {
    case Kind::kIdentity:
      return mu;
    case Kind::kLog:
      return elementary::log(mu);
    case Kind::kLogit:
      return elementary::log(mu / (1 - mu));
    case Kind::kProbit:
      return qnorm(mu);
    case Kind::kCauchit:
      return mu == 0.5 ? 0 : -1 / elementary::tan(kPi * mu);
    case Kind::kCloglog:
      return elementary::log(-elementary::log1p(-mu));
    case Kind::kInverse:
      return 1 / mu;
    case Kind::kSqrt:
      return std::sqrt(mu);
    case Kind::kInverseSquare:
      return 1 / (mu * mu);
    case Kind::kPower:
      return elementary::pow(mu, power);
    case Kind::kUser:
      return kNaN;
  }
  return mu;
}

double Link::mu(double eta) const {
  double mu, slope;
  mu_and_slope(&eta, &mu, &slope, 1);
  return mu;
}

double Link::slope(double eta) const {
  double mu, slope;
  mu_and_slope(&eta, &mu, &slope, 1);
  return slope;
}

bool Link::valid(double eta) const {
  if (!std::isfinite(eta)) return false;
  switch (kind) {
    case Kind::kInverse:
      return eta != 0;
    case Kind::kSqrt:
    case Kind::kInverseSquare:
      return eta > 0;
    case Kind::kPower:
      // R says so of power(), and means positive ones. Else negative ones may be, too, where they
      // have negative means: with eta^2 or eta^-2 a row could go to and fro.
      return eta > 0 || (!bounded && std::fabs(std::remainder(1 / power, 2)) == 1);
    default:
      return true;
  }
}

void Link::mu_and_slope(const double* eta, double* mu, double* slope, std::size_t n) const {
  switch (kind) {
    case Kind::kIdentity:
      for (std::size_t i = 0; i < n; ++i) mu[i] = eta[i], slope[i] = 1;
      return;
    case Kind::kLog:
      elementary::exp(eta, mu, n);
      for (std::size_t i = 0; i < n; ++i) slope[i] = mu[i] = mu[i] < kEpsilon ? kEpsilon : mu[i];
      return;
    case Kind::kLogit:
      elementary::exp(eta, slope, n);
      for (std::size_t i = 0; i < n; ++i) {
        const double e = slope[i], below = 1 + e;
        const bool beyond = eta[i] > kMostLogit || eta[i] < -kMostLogit;
        mu[i] = logit_mu(eta[i] < -kMostLogit ? kEpsilon : eta[i] > kMostLogit ? 1 / kEpsilon : e);
        slope[i] = beyond ? kEpsilon : e / (below * below);
      }
      return;
    case Kind::kProbit: {
      const double most = most_probit();
      for (std::size_t i = 0; i < n; ++i) slope[i] = -0.5 * eta[i] * eta[i];
      elementary::exp(slope, slope, n);
      for (std::size_t i = 0; i < n; ++i) {
        const double x = eta[i] > most ? most : eta[i] < -most ? -most : eta[i];
        mu[i] = pnorm(x);
        slope[i] = slope[i] / kRootTwoPi;
        if (slope[i] < kEpsilon) slope[i] = kEpsilon;
      }
      return;
    }
    case Kind::kCauchit:
      for (std::size_t i = 0; i < n; ++i) {
        const double x = eta[i];
        mu[i] = cauchy_probability(x > kMostCauchit    ? kMostCauchit
                                   : x < -kMostCauchit ? -kMostCauchit
                                                       : x);
        slope[i] = 1 / (kPi * (1 + x * x));
        if (slope[i] < kEpsilon) slope[i] = kEpsilon;
      }
      return;
    case Kind::kCloglog:
      // -exp(eta), then -expm1 of it for mu and exp of it for the slope.
      for (std::size_t i = 0; i < n; ++i) slope[i] = eta[i] > kMostCloglog ? kMostCloglog : eta[i];
      elementary::exp(slope, slope, n);
      for (std::size_t i = 0; i < n; ++i) mu[i] = -slope[i];
      for (std::size_t i = 0; i < n; ++i) slope[i] *= elementary::exp(mu[i]);
      elementary::expm1(mu, mu, n);
      for (std::size_t i = 0; i < n; ++i) {
        const double p = -mu[i];
        mu[i] = p > 1 - kEpsilon ? 1 - kEpsilon : p < kEpsilon ? kEpsilon : p;
        if (slope[i] < kEpsilon) slope[i] = kEpsilon;
      }
      return;
    case Kind::kInverse:
      for (std::size_t i = 0; i < n; ++i) {
        mu[i] = 1 / eta[i];
        slope[i] = -1 / (eta[i] * eta[i]);
      }
      return;
    case Kind::kSqrt:
      for (std::size_t i = 0; i < n; ++i) mu[i] = eta[i] * eta[i], slope[i] = 2 * eta[i];
      return;
    case Kind::kInverseSquare:
      for (std::size_t i = 0; i < n; ++i) {
        const double root = std::sqrt(eta[i]);
        mu[i] = 1 / root;
        slope[i] = -1 / (2 * eta[i] * root);
      }
      return;
    case Kind::kPower: {
      const double exponent = 1 / power, least = bounded ? kEpsilon : -HUGE_VAL;
      pow_of_all(eta, exponent, mu, n);
      pow_of_all(eta, exponent - 1, slope, n);
      for (std::size_t i = 0; i < n; ++i) {
        const double s = exponent * slope[i];
        if (mu[i] < least) mu[i] = least;
        slope[i] = s < least ? least : s;
      }
      return;
    }
    case Kind::kUser:
      std::fill(mu, mu + n, kNaN);
      std::fill(slope, slope + n, kNaN);
      return;
  }
}

Link Link::named_as(const std::string& name) {
  for (const auto& each : kNames)
    if (each.name == name) return {each.kind};
  if (name.starts_with("mu^"))
    if (const auto number = number_of_text(std::string_view(name).substr(3)))
      return of_power(*number);
  std::vector<std::string> known;
  std::transform(std::begin(kNames), std::end(kNames), std::back_inserter(known),
                 [](const NamedKind& each) { return std::string(each.name); });
  std::string list;
  for (const auto& each : known) list += (list.empty() ? "" : ", ") + each;
  throw InvalidArgument("there is no link '" + name + "'" + did_you_mean(name, known) +
                        ": the links are " + list + ", power(lambda)");
}

Link Link::of_power(double power) {
  if (power == 0) return {Kind::kLog};
  if (power == 1) return {Kind::kIdentity};
  if (!std::isfinite(power))
    throw InvalidArgument("the power of a link must be a finite number, not " +
                          general_text(power, 15));
  return {Kind::kPower, power};
}

}  // namespace insitu
