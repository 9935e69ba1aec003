#include "methods/exports/sql_predictor.hpp"

#include <limits>

#include "base/error.hpp"
#include "math/elementary.hpp"

namespace insitu {

namespace {

/// The coefficients of the cells of a term: nested CASEs, the last factor outermost.
std::string cells(const ScoredModel& model, const std::vector<std::uint32_t>& factors,
                  std::size_t first, std::size_t stride, const SqlTerms& terms) {
  if (factors.empty()) {
    const auto coefficient = model.coefficient(first);
    return coefficient ? terms.constant(*coefficient) : "NULL";
  }
  auto inner = factors;
  const auto outer = inner.back();
  inner.pop_back();
  const auto levels = model.variable(outer).levels.size();
  stride /= levels;
  std::string text = "CASE";
  for (std::size_t i = 0; i < levels; ++i)
    text += " WHEN " + terms.has_level(outer, i) + " THEN " +
            cells(model, inner, first + i * stride, stride, terms);
  return text + " END";
}

/// 1 - exp(-x) of a small x, where the difference would lose its digits: five terms of the series,
/// 1e-13 at x = 0.01.
std::string small_cloglog(const std::string& x, const std::function<std::string(double)>& n) {
  std::string series = n(1);
  for (int k = 5; k >= 2; --k)
    series = "(" + n(1) + " - " + x + " / " + n(k) + " * " + series + ")";
  return x + " * " + series;
}

}  // namespace

std::string sql_linear_predictor(const ScoredModel& model, const SqlTerms& terms) {
  const auto& frame = model.linear.frame;
  const auto offsets = model.offsets();
  std::string sum = terms.constant(model.linear.intercept ? model.coefficient(0).value_or(0) : 0);
  for (std::size_t t = 0; t < frame.terms.size(); ++t) {
    std::vector<std::uint32_t> factors;
    std::string product;
    for (const auto v : frame.terms[t].variables) {
      if (model.variable(v).categorical)
        factors.push_back(v);
      else
        product += (product.empty() ? "" : " * ") + terms.number(v);
    }
    const double centre = model.linear.centres[offsets[t]];
    const auto coefficient = cells(model, factors, offsets[t], frame.cells(t), terms);
    sum += "\n    + " + coefficient;
    if (product.empty()) continue;
    sum += centre == 0 ? " * (" + product + ")"
                       : " * ((" + product + ") - " + terms.constant(centre) + ")";
  }
  if (model.offset) sum += "\n    + " + terms.number(*model.offset);
  return terms.without_nan(sum);
}

std::string sql_mean(const Link& link, const std::string& e, const SqlTerms& terms) {
  const auto& n = terms.constant;
  constexpr double kEpsilon = 0x1p-52, kPi = 3.141592653589793;
  const auto at_least = [&](const std::string& value) {
    return "CASE WHEN " + value + " < " + n(kEpsilon) + " THEN " + n(kEpsilon) + " ELSE " + value +
           " END";
  };
  switch (link.kind) {
    case Link::Kind::kIdentity:
      return e;
    case Link::Kind::kLog:  // by the predictor: an exponential that is too small is an error in
                            // PostgreSQL
      return "CASE WHEN " + e + " < " + n(elementary::log(kEpsilon)) + " THEN " + n(kEpsilon) +
             " ELSE EXP(" + e + ") END";
    case Link::Kind::kLogit:
      return "CASE WHEN " + e + " < " + n(-30) + " THEN " + n(kEpsilon / (1 + kEpsilon)) +
             " WHEN " + e + " > " + n(30) + " THEN " + n(1 / kEpsilon / (1 + 1 / kEpsilon)) +
             " ELSE EXP(" + e + ") / (" + n(1) + " + EXP(" + e + ")) END";
    case Link::Kind::kCauchit:
      return "CASE WHEN ABS(" + e + ") <= " + n(1) + " THEN " + n(0.5) + " + ATAN(" + e + ") / " +
             n(kPi) + " WHEN " + e + " > " + n(0) + " THEN " + n(1) + " - ATAN(" + n(1) + " / " +
             e + ") / " + n(kPi) + " ELSE -ATAN(" + n(1) + " / " + e + ") / " + n(kPi) + " END";
    case Link::Kind::kCloglog:  // beyond 4 the mean is 1 to the last bit, as near as R lets it
      return "CASE WHEN " + e + " > " + n(4) + " THEN " + n(1 - kEpsilon) + " WHEN " + e + " < " +
             n(elementary::log(kEpsilon)) + " THEN " + n(kEpsilon) + " WHEN " + e + " < " +
             n(-4.7) + " THEN " + small_cloglog("EXP(" + e + ")", n) + " ELSE " + n(1) +
             " - EXP(-EXP(" + e + ")) END";
    case Link::Kind::kInverse:
      return n(1) + " / NULLIF(" + e + ", " + n(0) + ")";
    case Link::Kind::kSqrt:
      return e + " * " + e;
    case Link::Kind::kInverseSquare:
      return "CASE WHEN " + e + " > " + n(0) + " THEN " + n(1) + " / SQRT(" + e + ") END";
    case Link::Kind::kPower: {
      const auto power =
          "CASE WHEN " + e + " > " + n(0) + " THEN POWER(" + e + ", " + n(1 / link.power) + ") END";
      return link.bounded ? at_least("(" + power + ")") : power;
    }
    case Link::Kind::kUser:  // scored_model refuses it
    case Link::Kind::kProbit:
      break;
  }
  throw Unsupported("the link '" + link.name() +
                    "' cannot be written in SQL, which has no normal distribution: export C or "
                    "PMML, or fit with the link 'logit'");
}

std::string sql_probability(std::size_t of, const std::vector<std::string>& log_odds,
                            const SqlTerms& terms) {
  const auto& n = terms.constant;
  const auto most = n(std::numeric_limits<double>::max());
  std::string sum = n(1), known;
  for (std::size_t other = 0; other < log_odds.size(); ++other) {
    // The first are a constant. Odds that are infinitely good leave nothing to be compared.
    if (other > 0) known += (known.empty() ? "" : " AND ") + log_odds[other] + " <= " + most;
    if (other == of) continue;
    const auto more = std::string("(").append(log_odds[other]) + " - " + log_odds[of] + ")";
    sum += " + CASE WHEN " + more + " < " + n(-700) + " THEN " + n(0) + " WHEN " + more +
           " <= " + n(700) + " THEN EXP(" + more + ") ELSE EXP(" + n(700) + ") END";
  }
  return "CASE WHEN " + known + " THEN " + n(1) + " / (" + sum + ") END";
}

}  // namespace insitu
