#include "methods/glm.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "algorithms/glm_model.hpp"
#include "algorithms/row_variables.hpp"
#include "algorithms/step_glm.hpp"
#include "algorithms/sub_moments.hpp"
#include "base/base64.hpp"
#include "base/error.hpp"
#include "base/named.hpp"
#include "base/number_text.hpp"
#include "formula/expression/expression.hpp"
#include "formula/model/formula.hpp"
#include "math/distributions.hpp"
#include "methods/coded_response.hpp"
#include "methods/methods.hpp"
#include "methods/single_levels.hpp"
#include "report/glm_report.hpp"

namespace insitu {

namespace {

constexpr std::size_t kMostNamed = 5;  ///< columns that a warning names

void check_options(const GlmOptions& options) {
  check_regression_options(options);
  check_iterations(options);
  const bool values = !options.initial_values.is_null() && options.initial_values != "NA";
  if (values && read_step_options(options.variable_selection).wanted)
    throw InvalidArgument(
        "`initialValues` cannot be combined with `variableSelection`: the models that are compared have other coefficients; leave one of them out"_named);
}

ExpressionPtr call_of(const std::string& text) { return parse_expression(text, "formula"); }

/// Takes the offset() terms out of a formula; their sum, or null.
ExpressionPtr take_offsets(Formula& formula) {
  std::string sum;
  std::vector<Term> terms;
  for (auto& term : formula.terms) {
    const bool offset = term.factors.size() == 1 && term.factors[0]->is_call("offset");
    if (!offset) {
      terms.push_back(std::move(term));
      continue;
    }
    const auto& call = *term.factors[0];
    if (call.arguments.size() != 1)
      throw InvalidArgument("offset() takes one variable: " + deparse(call));
    sum += (sum.empty() ? "" : " + ") + deparse(*call.arguments[0].value);
  }
  formula.terms = std::move(terms);
  return sum.empty() ? nullptr : call_of(sum);
}

/// Coefficients from initialValues, by the columns of the frame.
std::vector<double> initial_values(const nlohmann::json& given, std::size_t columns) {
  std::vector<double> values;
  const auto number = [&](const nlohmann::json& each) {
    if (!each.is_number() && !each.is_null())
      throw InvalidArgument("`initialValues` must be numbers, not "_named + each.dump());
    return each.is_null() ? 0.0 : each.get<double>();  // of a dropped column
  };
  if (given.is_array())
    for (const auto& each : given) values.push_back(number(each));
  else
    values.push_back(number(given));
  if (values.size() == 1) values.resize(columns, values[0]);
  if (values.size() != columns)
    throw InvalidArgument("`initialValues` has "_named + std::to_string(values.size()) +
                          " values, but the model has " + std::to_string(columns) +
                          " coefficients, those of reference levels included: give one for each");
  return values;
}

std::string names_of(const std::vector<std::size_t>& columns,
                     const std::vector<std::string>& labels) {
  std::string names;
  for (std::size_t i = 0; i < std::min(columns.size(), kMostNamed); ++i)
    names += (i ? ", " : "") + labels[columns[i]];
  if (columns.size() > kMostNamed)
    names += " and " + std::to_string(columns.size() - kMostNamed) + " more";
  return names;
}

void warn_about(const GlmFit& fit, const Glm& analysis, const std::vector<std::string>& labels,
                Scope& scope) {
  if (fit.halted)
    scope.warn("the iterations have not converged: after " + std::to_string(fit.iterations) +
               " no step from there makes the deviance smaller and keeps every mean possible; "
               "choose another link, or give `initialValues`"_named);
  else if (!fit.converged)
    scope.warn("the iterations have not converged after " + std::to_string(fit.iterations) +
               ": raise `maxIterations`, or give `initialValues`"_named);
  const bool binomial = analysis.family.is_binomial();
  if (!fit.separated.empty())
    scope.warn(std::string(binomial ? "the values of '" : "means of 0 of '") +
               analysis.frame.variables[analysis.frame.responses[0]].name +
               (binomial ? "' are separated by " : "' are fitted by ") +
               names_of(fit.separated, labels) +
               ": the coefficient grows without a bound, and its standard error says nothing; "
               "leave it out, or join levels");
  else if (fit.extreme_rows > 0)
    scope.warn(std::to_string(fit.extreme_rows) + " fitted " +
               (binomial ? "probabilities are numerically 0 or 1" : "means are numerically 0"));
}

}  // namespace

ResultKeys glm_result_keys() {
  using R = GlmResult;
  constexpr Labels kPerCoefficient{"coefficientNames", "y.names", true};
  constexpr Labels kSquare{"coefficientNames", "coefficientNames"};
  return ResultKeys{
             field("y.names", &R::y_names, "The dependent variable."),
             field("response.levels", &R::response_levels,
                   "Of a factor: the level of 0, that of 1.", &R::has_levels),
             field("coefficientNames", &R::coefficient_names,
                   "Labels, those of dropped ones included."),
             array_field("coefficients", &R::coefficients, kPerCoefficient,
                         "Missing where dropped."),
             array_field("coef.std.error", &R::std_errors, kPerCoefficient, "Standard errors."),
             array_field("coef.t.value", &R::statistics, kPerCoefficient,
                         "Coefficients by their standard errors."),
             array_field("coef.p.value", &R::p_values, kPerCoefficient, "Two-sided p values."),
             array_field("covCoef", &R::cov_coef, kSquare,
                         "Covariance of the coefficients, missing where dropped; with covCoef."),
             field("columnNames", &R::column_names, "With covData: of its columns.",
                   &R::has_cov_data),
             array_field("covData", &R::cov_data, {"columnNames", "columnNames"},
                         "Covariance of the data without the intercept; with covData."),
             field("aliased", &R::aliased, "Per coefficient: dropped."),
             field("rank", &R::rank, "Coefficients that were not dropped."),
             field("condition.number", &R::condition_number,
                   "Of the correlations of the columns by the weights of the last iteration."),
             field("family", &R::family, "Name of the family."),
             field("link", &R::link, "Name of the link."),
             field("familyText", &R::family_text,
                   "Family and link as one text, which is read back."),
             field("deviance", &R::deviance, "Residual deviance."),
             field("dispersion", &R::dispersion,
                   "1 for binomial and poisson, else Pearson's statistic by the degrees of freedom "
                   "of the "
                   "residuals."),
             field("aic", &R::aic, "Akaike's criterion; of families with a likelihood.",
                   &R::has_aic),
             field("iter", &R::iterations, "Iterations, without the start."),
             field("converged", &R::converged, "Whether the iterations have."),
             field(
                 "iterationRecord", &R::record,
                 "By pass: number of the iteration, deviance, largest step by largest coefficient, "
                 "whether a step was halved (1)."),
             field("df", &R::df,
                   "Degrees of freedom: rank, of the residuals; and all coefficients."),
             field("robust", &R::robust, "Of robust standard errors: their type, the clusters.",
                   &R::is_robust),
         } +
         regression_result_keys<GlmResult>() + step_result_keys<GlmResult>();
}

namespace {

/// The models of a search, fitted in the context of the call.
class GlmSearch {
 public:
  /// `all`: a model of all terms, ready to be fitted.
  GlmSearch(Glm all, const BoundFormula& bound, Scope& scope)
      : all_(std::move(all)), bound_(bound), scope_(scope) {}

  std::vector<GlmFit> fit(const std::vector<StepTerms>& models) const {
    std::vector<GlmFit> fits;
    std::vector<StepTerms> rest = models;
    while (!rest.empty()) {
      const auto end =
          rest.begin() + static_cast<std::ptrdiff_t>(glm_models_at_once(all_.frame, rest));
      for (auto& each : scope_.compute(glm_candidates(all_, {rest.begin(), end}), bound_))
        fits.push_back(std::move(each));
      rest.erase(rest.begin(), end);
    }
    return fits;
  }

  std::vector<StepRecord> search(const StepScope& models, const StepOptions& selection) const {
    auto quiet = *this;
    quiet.all_.control.report = nullptr;
    quiet.all_.control.coefficient_covariance = quiet.all_.control.data_covariance = false;
    quiet.all_.constants = all_.family.has_likelihood();
    const auto report = [&](const StepRecord& record) { tell_step(selection, record, scope_); };
    const auto measure = step_measure(all_.family);
    if (!selection.control.refit) return quiet.search_without_fitting(models, selection, report);
    const auto fit_models = [&](const std::vector<StepTerms>& terms) {
      std::vector<StepFit> fits;
      for (const auto& each : quiet.fit(terms)) fits.push_back(step_fit(each));
      return fits;
    };
    return search_models(all_.frame, models, selection.control, measure, fit_models, report);
  }

 private:
  std::vector<StepRecord> search_without_fitting(
      const StepScope& models, const StepOptions& selection,
      const std::function<void(const StepRecord&)>& report) const {
    StepTerms every(all_.frame.terms.size());
    for (std::size_t t = 0; t < every.size(); ++t) every[t] = t;
    const auto whole = fit({every}).front();
    const auto pass = glm_moments(all_, whole);
    const auto state = scope_.compute(pass, bound_);
    return search_models(
        all_.frame, models, selection.control, step_measure(all_.family),
        [&](const std::vector<StepTerms>& terms) {
          return approximate_fits(pass, state, whole, terms);
        },
        report);
  }

  Glm all_;
  const BoundFormula& bound_;
  Scope& scope_;
};

}  // namespace

PlannedPasses planned_glm(const GlmOptions& options) {
  PlannedPasses passes;
  const auto selection = read_step_options(options.variable_selection);
  if (!selection.wanted) {
    passes.push_back(until_convergence("glm", options.max_iterations));
  } else {
    passes.push_back({"glm_candidates", 1, -1, "no step of the selection makes the model better"});
    if (!selection.control.refit) passes.push_back(one_pass("glm"));
  }
  if (Robust(options).wanted()) passes.push_back(one_pass("meat"));
  return passes;
}

GlmResult run_glm(const GlmOptions& options, const GlmRun& how, Scope& scope) {
  check_options(options);
  auto selection = read_step_options(options.variable_selection);
  auto formula = parse_formula(options.formula);
  auto offset = take_offsets(formula);
  const auto offset_term = offset ? " + offset(" + deparse(*offset) + ")" : std::string();
  check_regression_formula(formula, options.formula, selection.wanted);
  if (formula.responses.size() > 1)
    throw InvalidArgument("the formula must have one dependent variable: fit them one by one");
  StepFormula steps;
  if (selection.wanted) {
    steps = step_formula(formula, selection);
    formula = steps.all;
    if (selection.control.by_significance && selection.control.test == StepTest::kNone)
      selection.control.test = how.family.unit_dispersion() ? StepTest::kChisq : StepTest::kF;
  }
  if (options.cov_data && !formula.intercept)
    throw InvalidArgument("`covData = TRUE` needs a formula with an intercept: "_named +
                          options.formula);
  if (!how.offset.empty()) {
    if (offset)
      throw InvalidArgument(
          "the formula has an offset() term already: leave `offset` out, or the term"_named);
    offset = call_of(column_text(how.offset));
  }
  const auto text = deparse(formula);
  const auto response = code_response(formula, *scope.source()->schema(), true);
  if (response.factor && !how.family.is_binomial())
    throw InvalidArgument("the dependent variable '" + response.name +
                          "' is a factor: the family " + how.family.family_name() +
                          " takes numbers");
  if (offset) formula.responses.push_back(offset);
  Robust robust(options);
  auto bound = scope.bind(formula, options);
  bound.frame.formula = text;
  if (how.family.calls_user()) bound.source = on_calling_thread(std::move(bound.source));
  const auto& frame = bound.frame;
  if (frame.responses.size() > 1 && frame.responses[0] == frame.responses[1])
    throw InvalidArgument("the offset is the dependent variable");
  check_coefficients(frame, options.cov_coef || options.cov_data || robust.wanted(),
                     options.cov_coef   ? "covCoef"
                     : options.cov_data ? "covData"
                                        : "robust",
                     options.cube);
  warn_of_single_levels(frame, options.cube, scope);
  robust.bind(options, bound, scope);

  GlmResult result;
  if (response.factor) {
    auto& variable = bound.frame.variables[frame.responses[0]];
    variable.name = variable.label = response.name;
    if (variable.levels.size() != 2)
      throw InvalidArgument("the dependent variable '" + response.name + "' has " +
                            std::to_string(variable.levels.size()) +
                            (variable.levels.size() == 1 ? " level" : " levels") +
                            ": it must have two, or be compared with one of them");
    result.response_levels = variable.levels;
    result.has_levels = true;
  }

  Glm analysis;
  analysis.frame = frame;
  analysis.coding = {options.cube, options.drop_first, options.drop_main};
  analysis.family = how.family;
  analysis.binary = how.binary;
  analysis.constants = how.likelihood;
  auto& control = analysis.control;
  control.max_iterations = options.max_iterations;
  control.coefficient_tolerance = options.coefficient_tolerance;
  control.deviance_tolerance = options.objective_tolerance;
  control.coefficient_covariance = options.cov_coef || robust.wanted();
  control.data_covariance = options.cov_data;
  control.report = [&scope](std::int64_t iteration, double deviance, double step) {
    tell_iteration(scope, iteration, deviance, step);
  };
  const auto& initial = options.initial_values;
  const bool near_responses = initial == "NA";
  if (initial.is_null() || near_responses) {
    control.start = how.linear_start && !near_responses ? "linear" : "family";
    control.try_other_start = how.linear_start;
  } else {
    std::size_t columns = frame.intercept && !options.cube ? 1 : 0;
    for (std::size_t t = 0; t < frame.terms.size(); ++t) columns += frame.cells(t);
    control.start = "values";
    analysis.coefficients = initial_values(initial, columns);
    analysis.centres.assign(columns, 0.0);
  }
  const bool regression = control.start == "linear" || options.cube || options.cov_data;
  analysis.step = regression                  ? Glm::Step::kLinear
                  : control.start == "values" ? Glm::Step::kFit
                                              : Glm::Step::kStart;
  GlmFit fit;
  if (!selection.wanted) {
    fit = scope.compute(analysis, bound);
  } else {
    const GlmSearch search(analysis, bound, scope);
    const auto path = search.search(steps.scope, selection);
    const auto chosen = path.back().terms;
    fit = search.fit({chosen}).front();
    result.step =
        step_result(steps, selection, frame, path,
                    coefficient_labels(frame, fit.linear.intercept, options.label_style == "R"));
    bound.frame = frame_of_terms(frame, chosen, result.step.formula);
    analysis.frame = bound.frame;
    result.step.formula += offset_term;
    result.step.formula_base += offset_term;
  }
  const auto& linear = fit.linear;

  auto model = make_glm_model(analysis, fit, scope.pipeline());
  result.std_errors = fit.std_errors;
  if (options.cov_coef) {
    result.cov_coef = linear.unscaled_covariance;
    for (auto& value : result.cov_coef) value *= fit.dispersion;
  }
  const auto p = linear.columns.size();
  if (robust.wanted()) {
    std::optional<std::uint32_t> position;
    if (model.has_offset) position = model.offset;
    auto found = robust.covariance(model.linear, how.family, position, linear, analysis.coding,
                                   fit.observations, fit.residual_df, bound, scope);
    result.std_errors = root_of_diagonal(found.covariance, p);
    put_covariance(model.linear, found, robust.record().type, options.cov_coef);
    if (options.cov_coef) result.cov_coef = std::move(found.covariance);
    result.robust = robust.record();
    result.is_robust = true;
  }
  result.y_names = {response.name};
  result.coefficient_names =
      coefficient_labels(frame, linear.intercept, options.label_style == "R");
  result.coefficients = fit.coefficients;
  for (std::size_t k = 0; k < p; ++k) {
    const double statistic = fit.coefficients[k] / result.std_errors[k];
    result.statistics.push_back(statistic);
    result.p_values.push_back(how.normal ? 2 * pnorm(std::fabs(statistic), true)
                                         : two_sided_t(statistic, fit.residual_df));
  }
  if (options.cov_data) {
    result.cov_data = fit.regression.data_covariance;
    result.has_cov_data = true;
    result.column_names.assign(result.coefficient_names.begin() + (linear.intercept ? 1 : 0),
                               result.coefficient_names.end());
  }
  result.aliased = linear.aliased;
  result.rank = static_cast<std::int64_t>(linear.rank);
  result.condition_number = linear.condition_number;
  result.family = how.family.family_name();
  result.link = how.family.link_name();
  result.family_text = how.family.text();
  result.deviance = fit.deviance;
  result.dispersion = fit.dispersion;
  result.aic = fit.aic;
  result.has_aic = how.likelihood;
  result.iterations = fit.iterations;
  result.converged = fit.converged;
  result.record = iteration_table(fit.record);
  result.df = {static_cast<double>(linear.rank), fit.residual_df, static_cast<double>(p)};
  result.valid = linear.rows;
  result.missing = linear.missing_rows;
  result.weighted = !frame.weights.empty();
  result.sum_of_weights = fit.sum_of_weights;
  result.cube = options.cube;
  if (options.cube) {
    auto cells = fit.regression;
    const auto count = static_cast<std::int64_t>(cells.cell_counts.size());
    result.partitions = {count, static_cast<std::int64_t>(p) - count};
    result.cells = cube_cells(frame, cells);
    if (options.cube_predictions || frame.terms.size() == 1) {
      // The mean of each cell at the means of the other columns.
      cells.coefficients = fit.coefficients;
      cells.aliased = linear.aliased;
      auto design = frame;
      design.responses.resize(1);
      add_cube_predictions(result.cells, design, cells);
      auto& cell_means = result.cells.columns.back().numbers;
      std::vector<double> unused(cell_means.size());
      how.family.means(cell_means.data(), cell_means.data(), unused.data(), cell_means.size());
    }
    result.cells.add_numbers("Counts", cells.cell_counts);
  }
  for (const auto& variable : frame.variables)
    if (variable.categorical) result.levels.emplace_back(variable.name, variable.levels);
  result.first_level_dropped = linear.first_level_dropped;
  result.precision = linear.double_double ? "double-double" : "double";
  for (const auto& term : frame.terms) result.terms.push_back(term.label);
  result.intercept = linear.intercept;
  result.model = to_base64(model.save());
  warn_about(fit, analysis, result.coefficient_names, scope);
  return result;
}

namespace {

/// A family that names functions of a user's, with these.
Family with_functions(Family family, const UserFamily& functions) {
  if (!family.calls_user()) return family;
  if (!functions.present())
    throw InvalidArgument("the family " + family.text() +
                          " is made of functions of R or Python, which come with a call from "
                          "there alone: name a family of the engine, as binomial(probit)");
  auto named = std::exchange(family.user, functions);
  family.user.family = std::move(named.family);
  family.user.link = std::move(named.link);
  family.user.unit_dispersion = named.unit_dispersion;
  return family;
}

struct GlmMethod {
  static constexpr MethodAbout about{
      .op = "glm",
      .function = "rxGlm",
      .title = "Fit a generalized linear model",
      .formula = "y ~ x + f + offset(z)",
      .examples =
          "insitu glm flights.xdf 'hour ~ day' --family poisson --aic\n"
          "insitu glm flights.xdf 'hour ~ day' --family 'Gamma(log)' --covariance",
      .keeps_model = true,
      .has_summary = true};
  using Passes = PassList<Glm, Meat, GlmCandidates>;
  struct Options : GlmOptions {
    std::string family = "gaussian", offset;
    bool compute_aic = false;
  };

  static PlannedPasses planned(const Options& options) { return planned_glm(options); }

  static OptionKeys option_keys() {
    using O = Options;
    return formula_keys<O>(
               "The model: response ~ terms, with + : * ^ - F() N() offset() and "
               "functions.") +
           OptionKeys{
               option_of<O>("family", &O::family,
                            "Family and link, as gaussian, binomial(probit), Gamma(log), "
                            "quasi(link = power(0.5), variance = \"mu\"), Tweedie(var.power = "
                            "1.5, link.power = 0), negative.binomial(theta = 2).",
                            {.labels = "FAMILY"}, OptionKind::kFamily),
               option_of<O>("offset", &O::offset,
                            "Name of the variable that is added to the linear predictor.", {},
                            OptionKind::kVariable)} +
           glm_keys<O>() +
           OptionKeys{option_of<O>("computeAIC", &O::compute_aic, "Compute Akaike's criterion.",
                                   {.command = "--aic"})};
  }
  static ResultKeys result_keys() { return glm_result_keys(); }

  static GlmResult run(const Options& options, Scope& scope) {
    GlmRun how;
    how.family = with_functions(Family::parse(options.family.empty() ? "gaussian" : options.family),
                                UserFamilyOfCall::current());
    how.likelihood = options.compute_aic;
    how.offset = options.offset;
    if (how.likelihood && !how.family.has_likelihood())
      throw InvalidArgument("`computeAIC = TRUE` needs a family with a likelihood; "_named +
                            how.family.family_name() + " has none");
    return run_glm(options, how, scope);
  }

  static std::string print(const nlohmann::json& reply, std::string_view layout,
                           const ReportHeader& header) {
    return layout == "summary" ? glm_summary(reply, header) : glm_print(reply, header);
  }
};

}  // namespace

Method glm_method() { return method<GlmMethod>(); }

}  // namespace insitu
