#include "algorithms/family.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/number_text.hpp"
#include "base/suggest.hpp"
#include "formula/expression/expression.hpp"
#include "math/elementary.hpp"
#include "math/pow_of_all.hpp"

namespace insitu {

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kTwoPi = 6.283185307179586;

struct KnownFamily {
  std::string_view name;
  Family::Name family;
  Family::Variance variance;
  Link::Kind link;  ///< where none is given
};
constexpr KnownFamily kFamilies[] = {
    {"gaussian", Family::Name::kGaussian, Family::Variance::kConstant, Link::Kind::kIdentity},
    {"binomial", Family::Name::kBinomial, Family::Variance::kBinomial, Link::Kind::kLogit},
    {"poisson", Family::Name::kPoisson, Family::Variance::kMu, Link::Kind::kLog},
    {"Gamma", Family::Name::kGamma, Family::Variance::kMu2, Link::Kind::kInverse},
    {"inverse.gaussian", Family::Name::kInverseGaussian, Family::Variance::kMu3,
     Link::Kind::kInverseSquare},
    {"quasi", Family::Name::kQuasi, Family::Variance::kConstant, Link::Kind::kIdentity},
    {"quasibinomial", Family::Name::kQuasibinomial, Family::Variance::kBinomial,
     Link::Kind::kLogit},
    {"quasipoisson", Family::Name::kQuasipoisson, Family::Variance::kMu, Link::Kind::kLog},
    {"Tweedie", Family::Name::kTweedie, Family::Variance::kConstant, Link::Kind::kIdentity},
    {"negative.binomial", Family::Name::kNegativeBinomial, Family::Variance::kNegativeBinomial,
     Link::Kind::kLog},
};

struct KnownVariance {
  std::string_view name;
  Family::Variance variance;
};
constexpr KnownVariance kVariances[] = {
    {"constant", Family::Variance::kConstant},
    {"mu(1-mu)", Family::Variance::kBinomial},
    {"mu", Family::Variance::kMu},
    {"mu^2", Family::Variance::kMu2},
    {"mu^3", Family::Variance::kMu3},
};

template <class Known>
std::vector<std::string> names_of(const Known& known) {
  std::vector<std::string> names;
  for (const auto& each : known) names.emplace_back(each.name);
  return names;
}

std::string listed(const std::vector<std::string>& names) {
  std::string list;
  for (const auto& name : names) list += (list.empty() ? "" : ", ") + name;
  return list;
}

std::string without_blanks(std::string text) {
  std::erase_if(text, is_ascii_space);
  return text;
}

const KnownFamily& known_family(const std::string& name) {
  std::string lower = name;
  std::transform(lower.begin(), lower.end(), lower.begin(), ascii_lower);
  for (const auto& each : kFamilies)
    if (each.name == name) return each;
  if (lower == "gamma") return kFamilies[3];
  if (lower == "tweedie" || name == "rxTweedie" || name == "rx_tweedie") return kFamilies[8];
  if (lower == "negative_binomial" || lower == "negativebinomial") return kFamilies[9];
  const auto names = names_of(kFamilies);
  throw InvalidArgument("there is no family '" + name + "'" + did_you_mean(name, names) +
                        ": the families are " + listed(names));
}

[[noreturn]] void wrong(const std::string& text, const std::string& why) {
  throw InvalidArgument("the family " + text + " cannot be read: " + why);
}

double number_in(const Expression& e, const std::string& text) {
  const bool negative = e.is_call("-") && e.arguments.size() == 1;
  const auto& inner = negative ? *e.arguments[0].value : e;
  if (inner.is_call("/") && inner.arguments.size() == 2)
    return (negative ? -1 : 1) * number_in(*inner.arguments[0].value, text) /
           number_in(*inner.arguments[1].value, text);
  if (inner.kind != Expression::Kind::kNumber && inner.kind != Expression::Kind::kInteger)
    wrong(text, deparse(e) + " is not a number");
  return negative ? -inner.number : inner.number;
}

/// What user("name") names, or null.
const std::string* user_name(const Expression& e) {
  if (!e.is_call("user") || e.arguments.empty()) return nullptr;
  const auto& value = *e.arguments[0].value;
  return value.kind == Expression::Kind::kString ? &value.text : nullptr;
}

Link link_in(const Expression& e, const std::string& text, UserFamily& user) {
  if (const auto* name = user_name(e)) {
    user.link = *name;
    return {Link::Kind::kUser};
  }
  if (e.is_call("(") && e.arguments.size() == 1) return link_in(*e.arguments[0].value, text, user);
  if (e.is_call("power")) {
    if (e.arguments.size() != 1) wrong(text, "power() takes one number");
    const double power = number_in(*e.arguments[0].value, text);
    // R's power(): not above 0 it is the logarithm.
    return power <= 0 ? Link{Link::Kind::kLog} : Link::of_power(power);
  }
  if (e.kind == Expression::Kind::kString || e.kind == Expression::Kind::kName)
    return Link::named_as(e.text);
  return Link::named_as(without_blanks(deparse(e)));  // 1/mu^2
}

bool unit_dispersion_in(const Expression* given, const std::string& text) {
  if (given && number_in(*given, text) != 1)
    wrong(text, "its dispersion is 1, or estimated where it is left out");
  return given != nullptr;
}

Family::Variance variance_in(const Expression& e) {
  const auto name = without_blanks(
      e.kind == Expression::Kind::kString || e.kind == Expression::Kind::kName ? e.text
                                                                               : deparse(e));
  for (const auto& each : kVariances)
    if (each.name == name) return each.variance;
  const auto names = names_of(kVariances);
  throw InvalidArgument("there is no variance '" + name + "'" + did_you_mean(name, names) +
                        ": quasi() takes " + listed(names));
}

/// The arguments of a family in the order of its signature.
std::vector<const Expression*> matched(const Expression& call, std::span<const std::string> names,
                                       const std::string& text) {
  std::vector<const Expression*> result(names.size());
  for (const auto& argument : call.arguments) {
    if (argument.name.empty()) continue;
    std::string name = argument.name;
    std::replace(name.begin(), name.end(), '_', '.');
    const auto at = std::find(names.begin(), names.end(), name);
    if (at == names.end())
      wrong(text,
            "it has no argument '" + argument.name + "'" + did_you_mean(argument.name, names));
    result[static_cast<std::size_t>(at - names.begin())] = argument.value.get();
  }
  std::size_t next = 0;
  for (const auto& argument : call.arguments) {
    if (!argument.name.empty()) continue;
    while (next < names.size() && result[next]) ++next;
    if (next == names.size()) wrong(text, "it has more arguments than there are");
    result[next] = argument.value.get();
  }
  return result;
}

/// log(y / mu), 0 where y is 0: of deviances that have y log(y / mu).
double log_ratio(double y, double mu) { return y == 0 ? 0 : elementary::log(y / mu); }

}  // namespace

Family Family::parse(const std::string& text) {
  const auto e = parse_expression(text, "family");
  if (e->kind != Expression::Kind::kName && e->kind != Expression::Kind::kString &&
      e->kind != Expression::Kind::kCall)
    wrong(text, "name one, as binomial or Gamma(link = log)");
  if (e->kind == Expression::Kind::kString) return parse(e->text);
  if (const auto* name = user_name(*e)) {
    Family family;
    family.name = Name::kUser;
    family.variance = Variance::kUser;
    family.user.family = *name;
    static const std::string kNames[] = {"name", "link", "dispersion"};
    const auto given = matched(*e, kNames, text);
    if (!given[1]) wrong(text, "it needs its link");
    family.link = link_in(*given[1], text, family.user);
    family.user.unit_dispersion = unit_dispersion_in(given[2], text);
    return family;
  }
  const auto& known = known_family(e->text);
  Family family;
  family.name = known.family;
  family.variance = known.variance;
  family.link = {known.link};
  if (family.name == Name::kTweedie) {
    static const std::string kNames[] = {"var.power", "link.power"};
    const auto given = e->kind == Expression::Kind::kCall
                           ? matched(*e, kNames, text)
                           : std::vector<const Expression*>{nullptr, nullptr};
    const double power = given[0] ? number_in(*given[0], text) : 0;
    const double link = given[1] ? number_in(*given[1], text) : 1 - power;
    if (!std::isfinite(power) || (power > 0 && power < 1))
      wrong(text, "there is no Tweedie distribution with a var.power between 0 and 1");
    family.variance = power == 0   ? Variance::kConstant
                      : power == 1 ? Variance::kMu
                      : power == 2 ? Variance::kMu2
                      : power == 3 ? Variance::kMu3
                                   : Variance::kPower;
    family.power = power;
    family.link = Link::of_power(link);
    family.link.bounded = false;
    return family;
  }
  if (family.name == Name::kNegativeBinomial) {
    static const std::string kNames[] = {"theta", "link", "dispersion"};
    const auto given = e->kind == Expression::Kind::kCall
                           ? matched(*e, kNames, text)
                           : std::vector<const Expression*>{nullptr, nullptr, nullptr};
    if (!given[0])
      wrong(text, "it needs its theta, as negative.binomial(2): the variance is mu + mu^2 / theta");
    family.power = number_in(*given[0], text);
    if (!std::isfinite(family.power) || !(family.power > 0))
      wrong(text, "theta must be a number above 0, not " + general_text(family.power, 15));
    if (given[1]) family.link = link_in(*given[1], text, family.user);
    if (unit_dispersion_in(given[2], text)) family.name = Name::kNegativeBinomialUnit;
    return family;
  }
  if (e->kind != Expression::Kind::kCall) return family;
  static const std::string kNames[] = {"link", "variance"};
  const bool quasi = family.name == Name::kQuasi;
  const auto given = matched(*e, {kNames, quasi ? std::size_t{2} : std::size_t{1}}, text);
  if (given[0]) family.link = link_in(*given[0], text, family.user);
  if (quasi && given[1]) family.variance = variance_in(*given[1]);
  return family;
}

void Family::validate() const {
  const bool negative_binomial = variance == Variance::kNegativeBinomial;
  if (name > Name::kUser || variance > Variance::kUser ||
      own_functions() != (variance == Variance::kUser) || calls_user() != user.present() ||
      negative_binomial != is_negative_binomial() || (negative_binomial && !(power > 0)) ||
      link.kind > Link::Kind::kUser || !std::isfinite(power) || !std::isfinite(link.power) ||
      link.power == 0)
    throw DataError("the bytes of a family contradict themselves");
}

std::string Family::family_name() const {
  if (own_functions()) return user.family;
  // As the package MASS of R writes it.
  if (is_negative_binomial())
    return "Negative Binomial(" + general_text(std::round(power * 10000) / 10000, 7) + ")";
  for (const auto& each : kFamilies)
    if (each.family == name) return std::string(each.name);
  return "";
}

std::string Family::link_name() const { return own_link() ? user.link : link.name(); }

std::string Family::label() const { return family_name() + "-" + link_name(); }

std::string Family::text() const {
  const auto number = [](double value) { return general_text(value, 17); };
  if (name == Name::kTweedie)
    return "Tweedie(var.power = " + number(power) + ", link.power = " +
           number(link.kind == Link::Kind::kLog        ? 0
                  : link.kind == Link::Kind::kIdentity ? 1
                                                       : link.power) +
           ")";
  const auto quoted = [](const std::string& written) {
    Expression e;
    e.kind = Expression::Kind::kString;
    e.text = written;
    return deparse(e);
  };
  const auto link_text = own_link()                        ? "user(" + quoted(user.link) + ")"
                         : link.kind == Link::Kind::kPower ? "power(" + number(link.power) + ")"
                                                           : quoted(link.name());
  const auto end = unit_dispersion() ? ", dispersion = 1)" : ")";
  if (own_functions()) return "user(" + quoted(user.family) + ", link = " + link_text + end;
  if (is_negative_binomial())
    return "negative.binomial(theta = " + number(power) + ", link = " + link_text + end;
  auto text = family_name() + "(link = " + link_text;
  if (name == Name::kQuasi)
    for (const auto& each : kVariances)
      if (each.variance == variance) text += ", variance = \"" + std::string(each.name) + "\"";
  return text + ")";
}

bool Family::has_likelihood() const {
  return name != Name::kQuasi && name != Name::kQuasibinomial && name != Name::kQuasipoisson &&
         name != Name::kTweedie && !own_functions();
}

const char* Family::response_range() const {
  switch (name) {
    case Name::kBinomial:
    case Name::kQuasibinomial:
      return "from 0 to 1";
    case Name::kPoisson:
    case Name::kQuasipoisson:
    case Name::kNegativeBinomial:
    case Name::kNegativeBinomialUnit:
      return "from 0 on";
    case Name::kGamma:
    case Name::kInverseGaussian:
      return "above 0";
    case Name::kTweedie:
      return power >= 2 ? "above 0" : power >= 1 ? "from 0 on" : nullptr;
    case Name::kQuasi:
      return variance == Variance::kBinomial   ? "from 0 to 1"
             : variance == Variance::kConstant ? nullptr
                                               : "from 0 on";
    case Name::kGaussian:
    case Name::kUser:
      return nullptr;
  }
  return nullptr;
}

bool Family::possible_response(double y) const {
  const auto* range = response_range();
  if (!range) return true;
  const std::string_view text = range;
  return text == "from 0 to 1" ? y >= 0 && y <= 1 : text == "above 0" ? y > 0 : y >= 0;
}

double Family::start(double y, double weight) const {
  switch (name) {
    case Name::kBinomial:
    case Name::kQuasibinomial:
      return (weight * y + 0.5) / (weight + 1);
    case Name::kPoisson:
    case Name::kQuasipoisson:
      return y + 0.1;
    case Name::kQuasi:
      if (variance == Variance::kBinomial) return std::max(0.001, std::min(0.999, y));
      return variance != Variance::kConstant && y == 0 ? 0.1 : y;
    case Name::kTweedie:
      return power != 0 && y == 0 ? 0.1 : y;
    case Name::kNegativeBinomial:
    case Name::kNegativeBinomialUnit:
      return y == 0 ? 1.0 / 6 : y;
    default:
      return y;
  }
}

bool Family::possible_mean(double mu) const {
  if (!std::isfinite(mu)) return false;
  if (variance == Variance::kConstant || name == Name::kInverseGaussian) return true;
  return mu > 0 && (variance != Variance::kBinomial || mu < 1);
}

void Family::starts(const double* y, const double* weights, double* mu, std::size_t n) const {
  if (own_functions()) return user.starts(y, weights, mu, n);
  for (std::size_t i = 0; i < n; ++i) mu[i] = start(y[i], weights ? weights[i] : 1);
}

void Family::etas(const double* mu, double* eta, std::size_t n) const {
  if (own_link()) return user.etas(mu, eta, n);
  for (std::size_t i = 0; i < n; ++i) eta[i] = link.eta(mu[i]);
}

void Family::means(const double* eta, double* mu, double* slope, std::size_t n) const {
  if (own_link()) return user.means(eta, mu, slope, n);
  link.mu_and_slope(eta, mu, slope, n);
}

void Family::possible(const double* eta, const double* mu, std::uint8_t* out, std::size_t n) const {
  if (calls_user()) {
    user.possible(eta, mu, out, n);
  } else {
    std::fill(out, out + n, std::uint8_t{1});
  }
  for (std::size_t i = 0; i < n; ++i) {
    const bool link_can = own_link() ? std::isfinite(eta[i]) : link.valid(eta[i]);
    // A link of a user's that gives NaN for what it allows is no step to be halved: check_means.
    const bool unknown = own_link() && std::isnan(mu[i]);
    const bool family_can =
        unknown || (own_functions() ? std::isfinite(mu[i]) : possible_mean(mu[i]));
    out[i] = out[i] && link_can && family_can;
  }
}

void Family::variances(const double* mu, double* out, std::size_t n) const {
  switch (variance) {
    case Variance::kConstant:
      std::fill(out, out + n, 1.0);
      return;
    case Variance::kBinomial:
      for (std::size_t i = 0; i < n; ++i) out[i] = mu[i] * (1 - mu[i]);
      return;
    case Variance::kMu:
      std::copy(mu, mu + n, out);
      return;
    case Variance::kMu2:
      for (std::size_t i = 0; i < n; ++i) out[i] = mu[i] * mu[i];
      return;
    case Variance::kMu3:
      for (std::size_t i = 0; i < n; ++i) out[i] = mu[i] * mu[i] * mu[i];
      return;
    case Variance::kPower:
      pow_of_all(mu, power, out, n);
      return;
    case Variance::kNegativeBinomial:
      for (std::size_t i = 0; i < n; ++i) out[i] = mu[i] + mu[i] * mu[i] / power;
      return;
    case Variance::kUser:
      user.variances(mu, out, n);
      return;
  }
}

void Family::deviances(const double* y, const double* mu, double* out, std::size_t n) const {
  switch (variance) {
    case Variance::kConstant:
      for (std::size_t i = 0; i < n; ++i) out[i] = (y[i] - mu[i]) * (y[i] - mu[i]);
      return;
    case Variance::kBinomial:
      // One logarithm where the response is 0 or 1, two between.
      for (std::size_t i = 0; i < n; ++i) out[i] = y[i] == 1 ? mu[i] : 1 - mu[i];
      elementary::log(out, out, n);
      for (std::size_t i = 0; i < n; ++i) out[i] *= -2;
      for (std::size_t i = 0; i < n; ++i)
        if (y[i] > 0 && y[i] < 1)
          out[i] =
              2 * (y[i] * log_ratio(y[i], mu[i]) + (1 - y[i]) * log_ratio(1 - y[i], 1 - mu[i]));
      return;
    case Variance::kMu:
      for (std::size_t i = 0; i < n; ++i) out[i] = y[i] > 0 ? y[i] / mu[i] : 1;
      elementary::log(out, out, n);
      for (std::size_t i = 0; i < n; ++i) out[i] = 2 * (y[i] * out[i] - (y[i] - mu[i]));
      return;
    case Variance::kMu2:
      for (std::size_t i = 0; i < n; ++i)
        out[i] = y[i] != 0 ? y[i] / mu[i] : name == Name::kQuasi ? 1 / mu[i] : 1;
      elementary::log(out, out, n);
      for (std::size_t i = 0; i < n; ++i) out[i] = -2 * (out[i] - (y[i] - mu[i]) / mu[i]);
      return;
    case Variance::kMu3:
      for (std::size_t i = 0; i < n; ++i)
        out[i] = (y[i] - mu[i]) * (y[i] - mu[i]) / (y[i] * (mu[i] * mu[i]));
      return;
    case Variance::kPower: {
      // x^(2 - p) is x x^(1 - p): powers take most of the time of a pass.
      const double p1 = 1 - power, p2 = 2 - power;
      std::vector<double> of_mu(n), of_y(n);
      pow_of_all(mu, p1, of_mu.data(), n);
      for (std::size_t i = 0; i < n; ++i) out[i] = y[i] == 0 ? 1 : y[i];
      pow_of_all(out, p1, of_y.data(), n);
      for (std::size_t i = 0; i < n; ++i) {
        const double at_y = y[i] == 0 ? 0 : of_y[i];
        const double theta = y[i] == 0 ? 0 : (at_y - of_mu[i]) / p1;
        out[i] = 2 * (y[i] * theta - (y[i] * at_y - mu[i] * of_mu[i]) / p2);
      }
      return;
    }
    case Variance::kNegativeBinomial: {
      std::vector<double> ratio(n);
      for (std::size_t i = 0; i < n; ++i) {
        out[i] = y[i] > 0 ? y[i] / mu[i] : 1;
        ratio[i] = (y[i] + power) / (mu[i] + power);
      }
      elementary::log(out, out, n);
      elementary::log(ratio.data(), ratio.data(), n);
      for (std::size_t i = 0; i < n; ++i) out[i] = 2 * (y[i] * out[i] - (y[i] + power) * ratio[i]);
      return;
    }
    case Variance::kUser:
      user.deviances(y, mu, out, n);
      return;
  }
}

double Family::likelihood_term(double y, double weight, bool frequency) const {
  if (!(weight > 0)) return 0;
  switch (name) {
    case Name::kGaussian:
      return frequency ? 0 : elementary::log(weight);
    case Name::kGamma:
    case Name::kInverseGaussian:
      return weight * elementary::log(y);
    case Name::kPoisson:
      return weight * ((y > 0 ? y * elementary::log(y) : 0) - y - elementary::lgamma(y + 1));
    case Name::kBinomial: {
      // `weight` trials of which the share y succeeded: the coefficient and its saturated fit.
      if (y == 0 || y == 1) return 0;
      const double trials = frequency ? 1 : weight, successes = trials * y;
      const double one = elementary::lgamma(trials + 1) - elementary::lgamma(successes + 1) -
                         elementary::lgamma(trials - successes + 1) +
                         successes * elementary::log(y) +
                         (trials - successes) * elementary::log(1 - y);
      return frequency ? weight * one : one;
    }
    case Name::kNegativeBinomial:
    case Name::kNegativeBinomialUnit:
      return weight *
             ((y > 0 ? y * elementary::log(y) : 0) - (y + power) * elementary::log(y + power) +
              power * elementary::log(power) + elementary::lgamma(y + power) -
              elementary::lgamma(power) - elementary::lgamma(y + 1));
    default:
      return 0;
  }
}

double Family::aic_part(double deviance, double constant, double rows,
                        double sum_of_weights) const {
  const double w = sum_of_weights;
  switch (name) {
    case Name::kBinomial:
    case Name::kPoisson:
    case Name::kNegativeBinomial:
    case Name::kNegativeBinomialUnit:
      return deviance - 2 * constant;
    case Name::kGaussian:
      return rows * (elementary::log(kTwoPi * deviance / rows) + 1) + 2 - constant;
    case Name::kGamma: {
      // Sums of w log y are `constant`; those of w (y / mu + log mu) follow from the deviance.
      const double dispersion = deviance / w, shape = 1 / dispersion;
      const double log_likelihood =
          (shape - 1) * constant - shape * (deviance / 2 + constant + w) -
          w * (shape * elementary::log(dispersion) + elementary::lgamma(shape));
      return -2 * log_likelihood + 2;
    }
    case Name::kInverseGaussian:
      return w * (1 + elementary::log(deviance / w * kTwoPi)) + 3 * constant + 2;
    default:
      return kNaN;
  }
}

}  // namespace insitu
