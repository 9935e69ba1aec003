#include "methods/step_options.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "base/error.hpp"
#include "base/named.hpp"
#include "base/number_text.hpp"
#include "base/suggest.hpp"
#include "methods/shown.hpp"

namespace insitu {

using nlohmann::json;

namespace {

const std::vector<std::string> kKeys = {"method",
                                        "scope",
                                        "maxSteps",
                                        "stepCriterion",
                                        "maxSigLevelToAdd",
                                        "minSigLevelToDrop",
                                        "refitEachStep",
                                        "keepStepCoefs",
                                        "scale",
                                        "k",
                                        "test"};

// ---- the option

/// An argument of rxStepControl(...) as a request says it.
json value_of(const Expression& e) {
  switch (e.kind) {
    case Expression::Kind::kNumber:
    case Expression::Kind::kInteger:
      return e.number;
    case Expression::Kind::kLogical:
      return e.number != 0;
    case Expression::Kind::kString:
    case Expression::Kind::kName:  // on a command line quotes are a nuisance
      return e.text;
    case Expression::Kind::kNull:
    case Expression::Kind::kMissing:
      return nullptr;
    case Expression::Kind::kCall:
      break;
  }
  if (!e.is_call("list")) return deparse(e);
  json entries = json::object();
  for (const auto& argument : e.arguments)
    entries[argument.name.empty() ? "upper" : argument.name] = value_of(*argument.value);
  return entries;
}

json parsed_text(const std::string& text) {
  const bool whole = text.starts_with("rxStepControl(");
  const auto call =
      parse_expression(whole ? text : "rxStepControl(" + text + ")", "variableSelection");
  json object = json::object();
  for (const auto& argument : call->arguments)
    object[argument.name.empty() ? "method" : argument.name] = value_of(*argument.value);
  return object;
}

void read_scope(const json& given, StepOptions& options) {
  if (given.is_null()) return;
  if (given.is_string()) {
    options.upper = given.get<std::string>();
    return;
  }
  if (!given.is_object())
    throw InvalidArgument("scope must be a formula, or a list of two, lower and upper, not " +
                          shown(given));
  const Options entries(given);
  const std::vector<std::string> known = {"lower", "upper"};
  for (const auto& [key, value] : given.items())
    if (std::ranges::find(known, key) == known.end())
      throw InvalidArgument("scope has no entry '" + key + "', only lower and upper" +
                            did_you_mean(key, known));
  options.lower = entries.text("lower");
  options.upper = entries.text("upper");
}

double level(const Options& entries, const char* key, double otherwise) {
  const double value = entries.number(key, otherwise);
  if (!(value >= 0 && value <= 1))
    throw InvalidArgument(named(key) + " must be a significance level from 0 to 1, not " +
                          general_text(value, 15));
  return value;
}

// ---- the scope

std::set<std::string> factors_of(const Term& term) {
  std::set<std::string> factors;
  for (const auto& factor : term.factors) factors.insert(deparse(*factor));
  return factors;
}

bool same(const Term& a, const Term& b) { return factors_of(a) == factors_of(b); }

std::size_t position(const std::vector<Term>& terms, const Term& term) {
  return static_cast<std::size_t>(
      std::ranges::find_if(terms, [&](const Term& each) { return same(each, term); }) -
      terms.begin());
}

std::string terms_text(const Formula& formula) {
  Formula terms;
  terms.terms = formula.terms;
  return deparse(terms).substr(1);
}

/// The expression with `dot` where "." stands.
ExpressionPtr with_dot(const ExpressionPtr& e, const ExpressionPtr& dot) {
  if (e->kind == Expression::Kind::kName && e->text == ".") return dot;
  if (e->arguments.empty()) return e;
  auto copy = std::make_shared<Expression>(*e);
  for (auto& argument : copy->arguments) argument.value = with_dot(argument.value, dot);
  return copy;
}

/// A formula of the scope; "." stands for the terms of the first model.
Formula scope_formula(const std::string& text, const char* which, const Formula& first) {
  const bool whole = text.find('~') != std::string::npos;
  const auto written = std::string(whole ? "" : "~").append(text);
  const auto dot =
      parse_expression(std::string("(").append(terms_text(first)).append(")"), "formula");
  const auto formula = parse_formula(deparse(*with_dot(parse_expression(written, "scope"), dot)));
  const auto response = deparse(*first.responses[0]);
  if (!formula.responses.empty() &&
      (formula.responses.size() > 1 || deparse(*formula.responses[0]) != response))
    throw InvalidArgument("scope has another dependent variable than the formula (" + response +
                          "): leave it out, as in ~" + terms_text(formula));
  for (const auto& term : formula.terms)
    if (factors_of(term).contains(response))
      throw InvalidArgument("scope has the dependent variable '" + response +
                            "' among the terms of " + which + ": take it away from there");
  return formula;
}

}  // namespace

StepOptions read_step_options(const json& given) {
  StepOptions options;
  if (given.is_null() || given == false || (given.is_structured() && given.empty())) return options;
  const auto object = given.is_string() ? parsed_text(given.get<std::string>()) : given;
  if (!object.is_object())
    throw InvalidArgument("`variableSelection` must be what `rxStepControl` gives, not "_named +
                          shown(given));
  for (const auto& [key, value] : object.items())
    if (std::ranges::find(kKeys, key) == kKeys.end())
      throw InvalidArgument("`variableSelection` has no entry '"_named + key + "'" +
                            did_you_mean(key, kKeys));
  options.wanted = true;
  const Options entries(object);
  read_scope(entries.value("scope"), options);
  const bool has_scope = entries.has("scope");
  const auto method = entries.choice("method", has_scope ? "stepwise" : "backward",
                                     {"stepwise", "backward", "forward"});
  const auto criterion = entries.choice("stepCriterion", "AIC", {"AIC", "SigLevel"});
  auto& control = options.control;
  control.forward = method != "backward";
  control.backward = method != "forward";
  control.by_significance = criterion == "SigLevel";
  control.to_add = level(entries, "maxSigLevelToAdd", method == "forward" ? 0.5 : 0.15);
  control.to_drop = level(entries, "minSigLevelToDrop", method == "backward" ? 0.1 : 0.15);
  const auto most = entries.whole("maxSteps", 1000);
  if (most < 0)
    throw InvalidArgument("`maxSteps` must be 0 or more, not "_named + std::to_string(most));
  control.max_steps = static_cast<std::size_t>(most);
  control.scale = entries.number("scale", 0);
  if (!(control.scale >= 0 && std::isfinite(control.scale)))
    throw InvalidArgument("scale must be 0 (estimated) or a positive number, not " +
                          general_text(control.scale, 15));
  control.penalty = entries.number("k", 2);
  if (!std::isfinite(control.penalty) || control.penalty < 0)
    throw InvalidArgument("k must be 0 or a positive number, not " +
                          general_text(control.penalty, 15));
  control.refit = entries.flag("refitEachStep", true);
  options.keep_coefficients = entries.flag("keepStepCoefs", false);
  const auto test = entries.choice("test", "none", {"none", "F", "Chisq"});
  control.test = test == "F" ? StepTest::kF : test == "Chisq" ? StepTest::kChisq : StepTest::kNone;
  return options;
}

Formula StepFormula::of(const StepTerms& terms) const {
  Formula formula = all;
  formula.terms.clear();
  for (const auto t : terms) formula.terms.push_back(all.terms[t]);
  return formula;
}

StepFormula step_formula(const Formula& first, const StepOptions& options) {
  if (first.responses.size() > 1)
    throw InvalidArgument(
        "`variableSelection` needs one dependent variable: fit them one by one"_named);
  if (first.all_variables)
    throw InvalidArgument("'.' is not available in this formula: name the variables");
  StepFormula result;
  result.all = first;
  auto& all = result.all.terms;
  const auto upper = options.upper.empty() ? first : scope_formula(options.upper, "upper", first);
  // In the order of the upper scope, but as the formula writes them.
  all.clear();
  for (const auto& term : upper.terms) {
    const auto at = position(first.terms, term);
    all.push_back(at < first.terms.size() ? first.terms[at] : term);
  }
  for (const auto& term : first.terms)
    if (position(all, term) == all.size()) {
      if (!options.upper.empty())
        throw InvalidArgument("the formula has the term " + deparse(term) +
                              ", which the upper formula of scope has not: add it there");
      all.push_back(term);
    }
  for (const auto& term : first.terms) result.scope.first.push_back(position(all, term));
  result.scope.allowed.assign(all.size(), true);
  result.scope.required.assign(all.size(), false);
  if (options.lower.empty()) return result;
  for (const auto& term : scope_formula(options.lower, "lower", first).terms) {
    const auto at = position(all, term);
    if (at == all.size())
      throw InvalidArgument("the lower formula of scope has the term " + deparse(term) +
                            ", which the upper one has not: add it there");
    if (position(first.terms, term) == first.terms.size())
      throw InvalidArgument("the lower formula of scope has the term " + deparse(term) +
                            ", which the formula has not: add it there");
    result.scope.required[at] = true;
  }
  return result;
}

StepResult step_result(const StepFormula& formula, const StepOptions& options,
                       const ModelFrame& all, const std::vector<StepRecord>& path,
                       std::vector<std::string> names) {
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  StepResult result;
  result.formula = deparse(formula.of(path.back().terms));
  result.formula_base = deparse(formula.of(path.front().terms));
  std::vector<std::string> change;
  std::vector<double> df, deviance, rest_df, rest, criterion, statistic, p_value;
  for (std::size_t i = 0; i < path.size(); ++i) {
    const auto& fit = path[i].fit;
    change.push_back(path[i].change);
    df.push_back(i ? fit.residual_df() - path[i - 1].fit.residual_df() : kNaN);
    deviance.push_back(i ? std::fabs(fit.deviance - path[i - 1].fit.deviance) : kNaN);
    rest_df.push_back(fit.residual_df());
    rest.push_back(fit.deviance);
    criterion.push_back(path[i].criterion);
    statistic.push_back(path[i].statistic);
    p_value.push_back(path[i].p_value);
  }
  auto& table = result.anova;
  table.add_texts("Step", std::move(change));
  table.add_numbers("Df", std::move(df));
  table.add_numbers("Deviance", std::move(deviance));
  table.add_numbers("Resid. Df", std::move(rest_df));
  table.add_numbers("Resid. Dev", std::move(rest));
  table.add_numbers(options.mallows ? "Cp" : "AIC", std::move(criterion));
  if (options.control.test == StepTest::kF) table.add_numbers("F value", std::move(statistic));
  if (options.control.test == StepTest::kChisq) table.add_numbers("LRT", std::move(statistic));
  if (options.control.test != StepTest::kNone)
    table.add_numbers(options.control.test == StepTest::kF ? "Pr(>F)" : "Pr(>Chi)",
                      std::move(p_value));
  if (!options.keep_coefficients) return result;

  const std::size_t constant = names.empty() || !all.intercept ? 0 : 1;
  std::vector<std::size_t> begin;  // of each term's columns among all
  std::size_t columns = constant;
  for (std::size_t t = 0; t < all.terms.size(); ++t) {
    begin.push_back(columns);
    columns += all.cells(t);
  }
  for (std::size_t i = 0; i < path.size(); ++i) {
    result.steps.push_back(std::to_string(i));
    std::vector<double> values(columns, 0.0);
    const auto& given = path[i].fit.coefficients;
    std::size_t from = constant;
    if (constant) values[0] = given[0];
    for (const auto t : path[i].terms)
      for (std::uint32_t cell = 0; cell < all.cells(t); ++cell)
        values[begin[t] + cell] = given[from++];
    result.coefficients.insert(result.coefficients.end(), values.begin(), values.end());
  }
  result.coefficient_names = std::move(names);
  return result;
}

void tell_step(const StepOptions& options, const StepRecord& record, Scope& scope) {
  scope.tell((record.change.empty() ? std::string("Selection begins") : "Step: " + record.change) +
             (options.mallows ? ", Cp " : ", AIC ") + fixed_text(record.criterion, 4) +
             (std::isnan(record.p_value) ? "" : ", p " + general_text(record.p_value, 4)));
}

}  // namespace insitu
