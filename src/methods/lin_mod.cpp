#include "methods/lin_mod.hpp"

#include "algorithms/kept_moments.hpp"
#include "algorithms/linear_model.hpp"
#include "algorithms/step_lin_mod.hpp"
#include "base/base64.hpp"
#include "base/error.hpp"
#include "base/named.hpp"
#include "formula/model/formula.hpp"
#include "math/distributions.hpp"
#include "methods/single_levels.hpp"
#include "report/lin_mod_report.hpp"

namespace insitu {

void check_lin_mod_formula(const Formula& formula, const LinModOptions& options, bool selected) {
  check_regression_formula(formula, options.formula, selected);
  if (options.cov_data && !formula.intercept)
    throw InvalidArgument("`covData = TRUE` needs a formula with an intercept: "_named +
                          options.formula);
  if (options.cov_coef && formula.responses.size() > 1)
    throw InvalidArgument(
        "`covCoef = TRUE` needs one dependent variable: fit them one by one"_named);
}

OptionKeys LinModOptions::keys() {
  namespace shared = regression_keys;
  using O = LinModOptions;
  return formula_keys<O>("The model: response ~ terms, with + : * ^ - F() N() and functions.") +
         OptionKeys{shared::cube<O>(),
                    shared::cube_predictions<O>(),
                    shared::variable_selection<O>(),
                    shared::drop_first<O>(),
                    shared::drop_main<O>(),
                    shared::cov_coef<O>(),
                    shared::cov_data<O>(),
                    shared::label_style<O>(),
                    option("keepMoments", &O::keep_moments,
                           "Keep the sums in the result: rxRefit fits other models from them, "
                           "rxCombine adds those of other rows.",
                           {.command = "-"}),

                    shared::robust<O>(),
                    shared::cluster<O>()};
}

ResultKeys FStatistics::keys() {
  using F = FStatistics;
  return {array_field("value", &F::value, {"", "", true},
                      "F of all coefficients but the intercept, per dependent variable."),
          field("numdf", &F::numdf, "Degrees of freedom of the model."),
          field("dendf", &F::dendf, "Degrees of freedom of the residuals.")};
}

ResultKeys LinModResult::keys() {
  using R = LinModResult;
  constexpr Labels kPerCoefficient{"coefficientNames", "y.names", true};
  constexpr Labels kSquare{"coefficientNames", "coefficientNames"};
  return ResultKeys{
             field("y.names", &R::y_names, "The dependent variables."),
             field("coefficientNames", &R::coefficient_names,
                   "Labels, those of dropped ones included."),
             array_field("coefficients", &R::coefficients, kPerCoefficient,
                         "Missing where dropped."),
             array_field("coef.std.error", &R::std_errors, kPerCoefficient, "Standard errors."),
             array_field("coef.t.value", &R::t_values, kPerCoefficient, "t statistics."),
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
                   "Of the correlations of the columns; missing beyond 5,200 columns without a "
                   "cube."),
             array_field("residual.squares", &R::residual_squares, kPerResponse,
                         "Sums of squared residuals."),
             array_field("total.squares", &R::total_squares, kPerResponse,
                         "About the mean, or zero."),
             array_field("y.var", &R::response_variance, kPerResponse,
                         "Variances of the responses."),
             array_field("sigma", &R::sigma, kPerResponse, "Residual standard errors."),
             array_field("residual.variance", &R::residual_variance, kPerResponse,
                         "sigma squared."),
             array_field("r.squared", &R::r_squared, kPerResponse, "Multiple R squared."),
             array_field("adj.r.squared", &R::adjusted_r_squared, kPerResponse,
                         "Adjusted R squared."),
             array_field("f.pvalue", &R::f_p_value, kPerResponse, "p values of the F statistics."),
             field("fstatistics", &R::f, "F statistics; with robust errors those of Wald's test."),
             field("df", &R::df,
                   "Degrees of freedom: rank, of the residuals; and all coefficients."),
             array_field("deviance", &R::residual_squares, kPerResponse, "As residual.squares."),
             field("robust", &R::robust, "Of robust standard errors: their type, the clusters.",
                   &R::is_robust),
         } +
         regression_result_keys<LinModResult>() + step_result_keys<LinModResult>() +
         ResultKeys{field("moments", &R::moments,
                          "With keepMoments: base64 of sealed bytes (docs/state.md).")};
}

namespace {

/// Puts robust standard errors, and what follows from them, in the place of the usual ones.
void make_robust(LinModResult& result, const LinearFit& fit, const LinModOptions& options,
                 Robust& robust, const BoundFormula& bound, Scope& scope) {
  auto model = make_linear_model(bound.frame, fit, options.cube, scope.pipeline());
  auto found = robust.covariance(model, Family(), {}, fit, fit_options_of(options).coding,
                                 fit.observations, fit.residual_df, bound, scope);
  const auto p = fit.columns.size();
  result.std_errors = root_of_diagonal(found.covariance, p);
  std::vector<std::size_t> tested;  // what F tests: all but the constant
  for (std::size_t k = 0; k < p; ++k) {
    result.t_values[k] = fit.coefficients[k] / result.std_errors[k];
    result.p_values[k] = two_sided_t(result.t_values[k], fit.residual_df);
    if (!fit.aliased[k] && !(fit.intercept && k == 0)) tested.push_back(k);
  }
  result.f.value = {wald_statistic(fit.coefficients, found.covariance, tested)};
  result.f_p_value = {
      pf(result.f.value[0], static_cast<double>(tested.size()), fit.residual_df, true)};
  put_covariance(model, found, robust.record().type, options.cov_coef);
  if (options.cov_coef) result.cov_coef = std::move(found.covariance);
  result.robust = robust.record();
  result.is_robust = true;
  result.model = to_base64(model.save());
}

}  // namespace

PlannedPasses LinModMethod::planned(const LinModOptions& options) {
  const bool keeps = options.keep_moments && !read_step_options(options.variable_selection).wanted;
  PlannedPasses passes = {with_more_digits(keeps ? "moments" : "lin_mod")};
  if (Robust(options).wanted()) passes.push_back(one_pass("meat"));
  return passes;
}

LinModResult LinModMethod::run(const LinModOptions& options, Scope& scope) {
  check_regression_options(options);
  auto selection = read_step_options(options.variable_selection);
  const auto formula = parse_formula(options.formula);
  check_lin_mod_formula(formula, options, selection.wanted);
  if (selection.wanted && options.keep_moments)
    throw InvalidArgument(
        "`keepMoments = TRUE` cannot be combined with `variableSelection`: leave one of them out"_named);
  Robust robust(options);
  if (robust.wanted() && formula.responses.size() > 1)
    throw InvalidArgument(
        "robust standard errors need one dependent variable: fit them one by one");
  StepFormula steps;
  if (selection.wanted) {
    auto& control = selection.control;
    if (control.by_significance && control.test == StepTest::kNone) control.test = StepTest::kF;
    selection.mallows = control.scale > 0;
    steps = step_formula(formula, selection);
  }
  auto bound = scope.bind(selection.wanted ? steps.all : formula, options);
  check_coefficients(bound.frame, options.cov_coef || options.cov_data || robust.wanted(),
                     options.cov_coef   ? "covCoef"
                     : options.cov_data ? "covData"
                                        : "robust",
                     options.cube);
  warn_of_single_levels(bound.frame, options.cube, scope);
  robust.bind(options, bound, scope);
  auto how = fit_options_of(options);
  how.coefficient_covariance = how.coefficient_covariance || robust.wanted();
  LinMod analysis;
  analysis.frame = bound.frame;
  analysis.coding = how.coding;
  analysis.coefficient_covariance = how.coefficient_covariance;
  analysis.data_covariance = how.data_covariance;

  LinearFit fit;
  std::string moments;
  StepResult step;
  if (selection.wanted) {
    LinModSearch search;
    static_cast<LinMod&>(search) = std::move(analysis);
    search.scope = steps.scope;
    search.control = selection.control;
    search.formula_of = [&steps](const StepTerms& terms) { return deparse(steps.of(terms)); };
    search.report = [&](const StepRecord& record) { tell_step(selection, record, scope); };
    auto found = scope.compute(std::move(search), bound);
    fit = std::move(found.fit);
    step = step_result(steps, selection, bound.frame, found.path,
                       coefficient_labels(bound.frame, fit.intercept, options.label_style == "R"));
    bound.frame = std::move(found.frame);
  } else if (options.keep_moments) {
    KeptMoments kept{.frame = bound.frame, .pipeline = scope.pipeline()};
    kept.runs.push_back(
        scope.compute(KeepMoments{.frame = bound.frame, .coding = how.coding}, bound));
    const auto& run = kept.runs.front();
    fit =
        fit_moments(bound.frame, how, run.sums.total, run.precise ? &run.precise->total : nullptr);
    moments = to_base64(kept.save());
  } else {
    fit = scope.compute(std::move(analysis), bound);
  }
  auto result = lin_mod_result(bound.frame, fit, options, scope.pipeline());
  if (robust.wanted()) make_robust(result, fit, options, robust, bound, scope);
  result.step = std::move(step);
  result.moments = std::move(moments);
  return result;
}

FitOptions fit_options_of(const LinModOptions& options) {
  return {.coding = {options.cube, options.drop_first, options.drop_main},
          .coefficient_covariance = options.cov_coef,
          .data_covariance = options.cov_data};
}

LinModResult lin_mod_result(const ModelFrame& frame, const LinearFit& fit,
                            const LinModOptions& options, const std::string& pipeline) {
  LinModResult result;
  for (const auto v : frame.responses) result.y_names.push_back(frame.variables[v].name);
  result.coefficient_names = coefficient_labels(frame, fit.intercept, options.label_style == "R");
  result.coefficients = fit.coefficients;
  result.std_errors = fit.std_errors;
  result.t_values = fit.t_values;
  result.p_values = fit.p_values;
  if (options.cov_coef) {
    result.cov_coef = fit.unscaled_covariance;
    for (auto& value : result.cov_coef) value *= fit.sigma[0] * fit.sigma[0];
  }
  if (options.cov_data) {
    result.cov_data = fit.data_covariance;
    result.has_cov_data = true;
    result.column_names.assign(result.coefficient_names.begin() + (fit.intercept ? 1 : 0),
                               result.coefficient_names.end());
  }
  result.aliased = fit.aliased;
  result.rank = static_cast<std::int64_t>(fit.rank);
  result.condition_number = fit.condition_number;
  result.residual_squares = fit.residual_squares;
  result.total_squares = fit.total_squares;
  result.response_variance = fit.response_variance;
  result.sigma = fit.sigma;
  for (const double sigma : fit.sigma) result.residual_variance.push_back(sigma * sigma);
  result.r_squared = fit.r_squared;
  result.adjusted_r_squared = fit.adjusted_r_squared;
  result.f_p_value = fit.f_p_value;
  result.f = {fit.f_value, fit.model_df, fit.residual_df};
  result.df = {static_cast<double>(fit.rank), fit.residual_df,
               static_cast<double>(fit.columns.size())};
  result.valid = fit.rows;
  result.missing = fit.missing_rows;
  result.weighted = !frame.weights.empty();
  result.sum_of_weights = fit.sum_of_weights;
  result.cube = options.cube;
  if (options.cube) {
    const auto cells = static_cast<std::int64_t>(fit.cell_counts.size());
    result.partitions = {cells, static_cast<std::int64_t>(fit.columns.size()) - cells};
    result.cells = cube_cells(frame, fit);
    if (options.cube_predictions || frame.terms.size() == 1)
      add_cube_predictions(result.cells, frame, fit);
    result.cells.add_numbers("Counts", fit.cell_counts);
  }
  for (const auto& variable : frame.variables)
    if (variable.categorical) result.levels.emplace_back(variable.name, variable.levels);
  result.first_level_dropped = fit.first_level_dropped;
  result.precision = fit.double_double ? "double-double" : "double";
  for (const auto& term : frame.terms) result.terms.push_back(term.label);
  result.intercept = fit.intercept;
  result.model = to_base64(make_linear_model(frame, fit, options.cube, pipeline).save());
  return result;
}

std::string LinModMethod::print(const nlohmann::json& reply, std::string_view layout,
                                const ReportHeader& header) {
  return layout == "summary" ? lin_mod_summary(reply, header) : lin_mod_print(reply, header);
}

}  // namespace insitu
