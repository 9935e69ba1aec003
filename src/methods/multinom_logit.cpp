// rxMultinomLogit as a method: a logistic regression of a response of several classes.
#include <algorithm>
#include <cmath>

#include "algorithms/multinom.hpp"
#include "algorithms/multinom_model.hpp"
#include "base/base64.hpp"
#include "base/error.hpp"
#include "base/named.hpp"
#include "base/number_text.hpp"
#include "math/distributions.hpp"
#include "methods/coded_response.hpp"
#include "methods/iterations.hpp"
#include "methods/method.hpp"
#include "methods/methods.hpp"
#include "methods/regression.hpp"
#include "methods/single_levels.hpp"
#include "report/multinom_report.hpp"

namespace insitu {

namespace {

constexpr std::size_t kMostNamed = 5;  ///< coefficients that a warning names

struct MultinomOptions : RegressionOptions, IterationOptions {};

/// Fields under the names of rxLogit's; p coefficients for each of k classes but the first.
struct MultinomResult {
  std::vector<std::string> y_names, levels_of_response, class_names, coefficient_names;
  std::vector<double> coefficients, std_errors, statistics, p_values;  ///< p x k
  std::vector<std::string> covariance_names;
  std::vector<double> cov_coef;
  std::vector<bool> aliased;
  std::int64_t rank = 0;
  double deviance = 0, null_deviance = 0, aic = 0;
  std::vector<double> class_weights;
  std::int64_t iterations = 0;
  bool converged = false, has_covariance = false;
  ResultTable record;
  std::vector<double> df;
  std::int64_t valid = 0, missing = 0;
  double sum_of_weights = 0;
  bool weighted = false, cube = false;
  std::vector<std::int64_t> partitions;
  ResultTable cells;
  NamedLevels levels;
  bool first_level_dropped = false, intercept = true;
  std::string precision = "double";
  std::vector<std::string> terms;
  std::string model;
};

void warn_about(const MultinomFit& fit, const MultinomResult& result, Scope& scope) {
  if (!fit.converged)
    scope.warn("the iterations have not converged after " + std::to_string(fit.iterations) +
               ": raise `maxIterations`"_named);
  if (fit.separated.empty()) {
    if (fit.extreme_rows > 0)
      scope.warn(std::to_string(fit.extreme_rows) +
                 " rows have a fitted probability that is numerically 1");
    return;
  }
  std::string names;
  for (std::size_t i = 0; i < std::min(fit.separated.size(), kMostNamed); ++i) {
    const auto k = fit.separated[i] % result.coefficient_names.size();
    const auto a = fit.separated[i] / result.coefficient_names.size();
    names += (i ? ", " : "") + result.coefficient_names[k] + " of " + result.class_names[a];
  }
  if (fit.separated.size() > kMostNamed)
    names += " and " + std::to_string(fit.separated.size() - kMostNamed) + " more";
  scope.warn("the classes of '" + result.y_names[0] + "' are separated by " + names +
             ": the coefficient grows without a bound, and its standard error says nothing; "
             "leave it out, or join levels");
}

struct MultinomLogitMethod {
  static constexpr MethodAbout about{
      .op = "multinom_logit",
      .function = "rxMultinomLogit",
      .title = "Fit a logistic regression of several classes",
      .formula = "class ~ x + f",
      .examples = "insitu multinomlogit flights.xdf 'day ~ delay + hour'",
      .keeps_model = true,
      .has_summary = true};
  using Passes = PassList<Multinom>;
  using Options = MultinomOptions;

  static PlannedPasses planned(const Options& options) {
    return {until_convergence("multinom", options.max_iterations)};
  }

  static OptionKeys option_keys() {
    using namespace regression_keys;
    using O = Options;
    return formula_keys<O>(
               "The model: response ~ terms, with + : * ^ - F() N() and functions. The response "
               "is a factor; its first level is what the others are compared with.") +
           OptionKeys{
               drop_first<O>(),
               cov_coef<O>(),
               label_style<O>(),
           } +
           iteration_keys<O>();
  }

  static ResultKeys result_keys() {
    using R = MultinomResult;
    constexpr Labels kPerCoefficient{"coefficientNames", "classNames"};
    return ResultKeys{
               field("y.names", &R::y_names, "The dependent variable."),
               field("response.levels", &R::levels_of_response,
                     "Its levels, the first of which the others are compared with."),
               field("classNames", &R::class_names, "The levels but the first."),
               field("coefficientNames", &R::coefficient_names,
                     "Labels, those of dropped ones included."),
               array_field("coefficients", &R::coefficients, kPerCoefficient,
                           "Of the log odds of each class against the first; missing where "
                           "dropped."),
               array_field("coef.std.error", &R::std_errors, kPerCoefficient, "Standard errors."),
               array_field("coef.t.value", &R::statistics, kPerCoefficient,
                           "Coefficients by their standard errors."),
               array_field("coef.p.value", &R::p_values, kPerCoefficient, "Two-sided p values."),
               field("covarianceNames", &R::covariance_names,
                     "With covCoef: class:coefficient of its columns.", &R::has_covariance),
               array_field("covCoef", &R::cov_coef, {"covarianceNames", "covarianceNames"},
                           "Covariance of the coefficients, one class after the other, missing "
                           "where dropped; with covCoef."),
               field("aliased", &R::aliased, "Per coefficient: dropped."),
               field("rank", &R::rank, "Coefficients of all classes that were not dropped."),
               field("deviance", &R::deviance, "-2 log likelihood."),
               field("null.deviance", &R::null_deviance, "That of the shares of the classes."),
               field("aic", &R::aic, "Akaike's criterion."),
               array_field("classCounts", &R::class_weights, {"response.levels", ""},
                           "Rows of each class, or their sum of weights."),
               field("iter", &R::iterations, "Iterations, without the start."),
               field("converged", &R::converged, "Whether the iterations have."),
               field("iterationRecord", &R::record,
                     "By pass: number of the iteration, deviance, largest step by largest "
                     "coefficient, whether a step was halved (1)."),
               field("df", &R::df,
                     "Degrees of freedom: rank, of the residuals; and all coefficients."),
           } +
           regression_result_keys<R>();
  }

  static MultinomResult run(const Options& options, Scope& scope) {
    check_regression_options(options);
    check_iterations(options);
    auto formula = parse_formula(options.formula);
    check_regression_formula(formula, options.formula);
    if (formula.responses.size() > 1)
      throw InvalidArgument("the formula must have one dependent variable: fit them one by one");
    for (const auto& term : formula.terms)
      for (const auto& factor : term.factors)
        if (factor->is_call("offset"))
          throw InvalidArgument("a multinomial logistic regression takes no offset: " +
                                options.formula);
    const auto text = deparse(formula);
    const auto response = code_response(formula, *scope.source()->schema(), false);
    if (!response.factor)
      throw InvalidArgument("the dependent variable '" + response.name +
                            "' must be a factor: make it one with `colInfo`, or in "
                            "`transforms`"_named);
    auto bound = scope.bind(formula, options);
    bound.frame.formula = text;
    auto& variable = bound.frame.variables[bound.frame.responses[0]];
    variable.name = variable.label = response.name;
    const auto& classes = variable.levels;
    if (classes.size() < 2)
      throw InvalidArgument("the dependent variable '" + response.name + "' has " +
                            std::to_string(classes.size()) + " level: it must have two or more");
    check_coefficients(bound.frame, options.cov_coef, "covCoef", false);
    warn_of_single_levels(bound.frame, false, scope);

    Multinom analysis;
    analysis.frame = bound.frame;
    analysis.drop_first = options.drop_first;
    analysis.classes = static_cast<std::uint32_t>(classes.size());
    std::size_t columns = bound.frame.intercept ? 1 : 0;
    for (std::size_t t = 0; t < bound.frame.terms.size(); ++t) columns += bound.frame.cells(t);
    if (columns * (classes.size() - 1) > kMultinomCoefficients)
      throw InvalidArgument("the model has " + std::to_string(columns) +
                            " coefficients for each of " + std::to_string(classes.size() - 1) +
                            " classes, more than " + std::to_string(kMultinomCoefficients) +
                            " in all: use fewer levels");
    analysis.max_iterations = options.max_iterations;
    analysis.coefficient_tolerance = options.coefficient_tolerance;
    analysis.deviance_tolerance = options.objective_tolerance;
    analysis.report = [&scope](std::int64_t iteration, double deviance, double step) {
      tell_iteration(scope, iteration, deviance, step);
    };
    const auto fit = scope.compute(analysis, bound);
    const auto& linear = fit.linear;
    const auto& frame = bound.frame;

    MultinomResult result;
    result.y_names = {response.name};
    result.levels_of_response = classes;
    result.class_names.assign(classes.begin() + 1, classes.end());
    result.coefficient_names =
        coefficient_labels(frame, linear.intercept, options.label_style == "R");
    result.coefficients = fit.coefficients;
    result.std_errors = fit.std_errors;
    for (std::size_t k = 0; k < fit.coefficients.size(); ++k) {
      result.statistics.push_back(fit.coefficients[k] / fit.std_errors[k]);
      result.p_values.push_back(2 * pnorm(std::fabs(result.statistics.back()), true));
    }
    if (options.cov_coef) {
      result.has_covariance = true;
      result.cov_coef = fit.covariance;
      for (const auto& name : result.class_names)
        for (const auto& label : result.coefficient_names)
          result.covariance_names.push_back(name + ":" + label);
    }
    result.aliased = linear.aliased;
    const auto others = classes.size() - 1;
    result.rank = static_cast<std::int64_t>(linear.rank * others);
    result.deviance = fit.deviance;
    result.null_deviance = fit.null_deviance;
    result.aic = fit.deviance + 2 * static_cast<double>(result.rank);
    result.class_weights = fit.class_weights;
    result.iterations = fit.iterations;
    result.converged = fit.converged;
    result.record = iteration_table(fit.record);
    result.df = {static_cast<double>(result.rank),
                 fit.observations - static_cast<double>(result.rank),
                 static_cast<double>(fit.coefficients.size())};
    result.valid = linear.rows;
    result.missing = linear.missing_rows;
    result.weighted = !frame.weights.empty();
    result.sum_of_weights = fit.sum_of_weights;
    for (const auto& each : frame.variables)
      if (each.categorical) result.levels.emplace_back(each.name, each.levels);
    result.first_level_dropped = linear.first_level_dropped;
    for (const auto& term : frame.terms) result.terms.push_back(term.label);
    result.intercept = linear.intercept;
    result.model = to_base64(make_multinom_model(analysis, fit, scope.pipeline()).save());
    warn_about(fit, result, scope);
    return result;
  }

  static std::string print(const nlohmann::json& reply, std::string_view layout,
                           const ReportHeader& header) {
    return layout == "summary" ? multinom_summary(reply, header) : multinom_print(reply, header);
  }
};

}  // namespace

Method multinom_logit_method() { return method<MultinomLogitMethod>(); }

}  // namespace insitu
