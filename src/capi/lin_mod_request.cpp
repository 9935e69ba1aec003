#include "capi/lin_mod_request.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "algorithms/lin_mod.hpp"
#include "algorithms/linear_model.hpp"
#include "algorithms/with_levels.hpp"
#include "base/base64.hpp"
#include "base/error.hpp"
#include "base/named.hpp"
#include "capi/model_pipeline.hpp"
#include "formula/expression/expression.hpp"
#include "formula/model/formula.hpp"

namespace insitu {

using nlohmann::json;

namespace {

/// Coefficients beyond this many are refused before anything is read.
constexpr double kMostColumns = 5e6;
/// Beyond these the largest factor is eliminated cell by cell and no matrix is formed.
constexpr std::size_t kMostCovarianceColumns = kDenseColumns;

struct LinModOptions {
  std::string formula, pweights, fweights, label_style;
  bool cube = false, cube_predictions = false, drop_first = false, drop_main = true,
       cov_coef = false, cov_data = false;
};

bool flag(const json& request, const char* key, bool otherwise) {
  const auto found = request.find(key);
  return found == request.end() || found->is_null() ? otherwise : found->get<bool>();
}

std::string text(const json& request, const char* key, const char* otherwise = "") {
  const auto found = request.find(key);
  return found == request.end() || found->is_null() ? otherwise : found->get<std::string>();
}

LinModOptions options_of(const json& request) {
  LinModOptions options;
  options.formula = text(request, "formula");
  options.pweights = text(request, "pweights");
  options.fweights = text(request, "fweights");
  options.label_style = text(request, "coefLabelStyle", "Revo");
  options.cube = flag(request, "cube", false);
  options.cube_predictions = flag(request, "cubePredictions", false);
  options.drop_first = flag(request, "dropFirst", false);
  options.drop_main = flag(request, "dropMain", true);
  options.cov_coef = flag(request, "covCoef", false);
  options.cov_data = flag(request, "covData", false);
  if (options.formula.empty())
    throw InvalidArgument("formula is missing: give one such as y ~ x + f");
  if (options.label_style != "Revo" && options.label_style != "R")
    throw InvalidArgument("`coefLabelStyle` must be \"Revo\" or \"R\": "_named +
                          options.label_style);
  if (options.cube && (options.cov_coef || options.cov_data))
    throw InvalidArgument(named(options.cov_coef ? "covCoef" : "covData", "TRUE") +
                          " cannot be combined with `cube = TRUE`: leave one of them out"_named);
  if (options.cube_predictions && !options.cube)
    throw InvalidArgument("`cubePredictions = TRUE` needs `cube = TRUE`"_named);
  return options;
}

void check_formula(const Formula& formula, const LinModOptions& options) {
  if (formula.all_variables)
    throw InvalidArgument("'.' is not available in this formula: name the variables: " +
                          options.formula);
  if (formula.responses.empty())
    throw InvalidArgument(
        "the formula has no dependent variable: write it before the '~', as in y " +
        options.formula);
  if (formula.terms.empty())
    throw InvalidArgument("the formula has no independent variable: " + options.formula +
                          " (`rxSummary` gives the mean of a variable)"_named);
  if (options.cov_data && !formula.intercept)
    throw InvalidArgument("`covData = TRUE` needs a formula with an intercept: "_named +
                          options.formula);
  if (options.cov_coef && formula.responses.size() > 1)
    throw InvalidArgument(
        "`covCoef = TRUE` needs one dependent variable: fit them one by one"_named);
}

void check_frame_for(const ModelFrame& frame, const LinModOptions& options) {
  double columns = 1;
  for (std::size_t t = 0; t < frame.terms.size(); ++t) columns += frame.cells(t);
  if (columns > kMostColumns)
    throw InvalidArgument("the model has " + std::to_string(static_cast<long long>(columns)) +
                          " coefficients, more than " +
                          std::to_string(static_cast<long long>(kMostColumns)) +
                          ": use fewer levels");
  if ((options.cov_coef || options.cov_data) &&
      columns > static_cast<double>(kMostCovarianceColumns))
    throw InvalidArgument(named(options.cov_coef ? "covCoef" : "covData", "TRUE") +
                          " is for up to " + std::to_string(kMostCovarianceColumns) +
                          " coefficients; this model has " +
                          std::to_string(static_cast<long long>(columns)));
  if (!options.cube) return;
  for (const auto v : frame.terms.front().variables)
    if (!frame.variables[v].categorical)
      throw InvalidArgument("`cube = TRUE` needs a categorical first term, but '"_named +
                            frame.terms.front().label + "' is numeric: put a factor first, or F(" +
                            frame.variables[v].label + ")");
}

json number(double value) {
  if (std::isinf(value)) return value > 0 ? "Inf" : "-Inf";
  return std::isnan(value) ? json(nullptr) : json(value);
}
json numbers(const std::vector<double>& values) {
  json result = json::array();
  for (const double value : values) result.push_back(number(value));
  return result;
}

/// Adds matrices to the reply's arrays.
class ArrayWriter {
 public:
  explicit ArrayWriter(std::vector<NumericArray>& arrays) : arrays_(arrays) {}
  json operator()(std::size_t rows, std::size_t columns, std::vector<double> values) {
    arrays_.push_back({{rows, columns}, std::move(values)});
    return {{"$array", arrays_.size() - 1}};
  }

 private:
  std::vector<NumericArray>& arrays_;
};

std::vector<std::string> labels_of(const ModelFrame& frame, bool intercept, bool r_style) {
  std::vector<std::string> labels;
  if (intercept) labels.emplace_back("(Intercept)");
  for (std::size_t t = 0; t < frame.terms.size(); ++t)
    for (auto& label : frame.labels(t, r_style)) labels.push_back(std::move(label));
  return labels;
}

/// Cells of the first term: their levels, the fitted value at the means of the other columns, and
/// how many rows they have.
json cube_counts(const ModelFrame& frame, const LinearFit& fit, bool predictions) {
  const std::size_t p = fit.columns.size(), cells = fit.cell_counts.size();
  json columns = json::object();
  std::size_t stride = 1;
  for (const auto v : frame.terms.front().variables) {
    const auto& levels = frame.variables[v].levels;
    json labels = json::array();
    for (std::size_t cell = 0; cell < cells; ++cell)
      labels.push_back(levels[cell / stride % levels.size()]);
    columns[frame.variables[v].name] = std::move(labels);
    stride *= levels.size();
  }
  if (predictions || frame.terms.size() == 1)
    for (std::size_t r = 0; r < fit.responses; ++r) {
      const double* b = fit.coefficients.data() + r * p;
      double others = 0;
      for (std::size_t k = cells; k < p; ++k)
        if (!fit.aliased[k]) others += b[k] * fit.column_means[k];
      std::vector<double> values;
      for (std::size_t cell = 0; cell < cells; ++cell) values.push_back(b[cell] + others);
      columns[frame.variables[frame.responses[r]].name] = numbers(values);
    }
  columns["Counts"] = numbers(fit.cell_counts);
  return {{"columns", std::move(columns)}};
}

}  // namespace

json run_lin_mod(const json& request, std::shared_ptr<const DataSource> source,
                 ComputeContext& context, RunControl& control, std::vector<NumericArray>& arrays) {
  const auto options = options_of(request);
  const auto formula = parse_formula(options.formula);
  check_formula(formula, options);
  auto bound = bind_to_source(formula, std::move(source), options.pweights, options.fweights,
                              context, control);
  check_frame_for(bound.frame, options);

  LinMod analysis;
  analysis.frame = bound.frame;
  analysis.coding = {options.cube, options.drop_first, options.drop_main};
  analysis.coefficient_covariance = options.cov_coef;
  analysis.data_covariance = options.cov_data;
  const auto fit = compute(std::move(analysis), *bound.source, context, control);

  const auto& frame = bound.frame;
  const std::size_t p = fit.columns.size(), responses = fit.responses;
  ArrayWriter array(arrays);
  json reply;
  reply["class"] = "rxLinMod";
  reply["formula"] = deparse(*parse_expression(options.formula, "formula"));  // as it was written
  json y_names = json::array();
  for (const auto v : frame.responses) y_names.push_back(frame.variables[v].name);
  reply["y.names"] = std::move(y_names);
  reply["coefficientNames"] = labels_of(frame, fit.intercept, options.label_style == "R");
  reply["coefficients"] = array(p, responses, fit.coefficients);
  reply["coef.std.error"] = array(p, responses, fit.std_errors);
  reply["coef.t.value"] = array(p, responses, fit.t_values);
  reply["coef.p.value"] = array(p, responses, fit.p_values);
  if (options.cov_coef) {
    auto covariance = fit.unscaled_covariance;
    for (auto& value : covariance) value *= fit.sigma[0] * fit.sigma[0];
    reply["covCoef"] = array(p, p, std::move(covariance));
  }
  if (options.cov_data) reply["covData"] = array(p - 1, p - 1, fit.data_covariance);
  reply["aliased"] = fit.aliased;
  reply["rank"] = fit.rank;
  reply["condition.number"] = number(fit.condition_number);
  reply["residual.squares"] = numbers(fit.residual_squares);
  reply["total.squares"] = numbers(fit.total_squares);
  reply["y.var"] = numbers(fit.response_variance);
  reply["sigma"] = numbers(fit.sigma);
  std::vector<double> variance;
  for (const double sigma : fit.sigma) variance.push_back(sigma * sigma);
  reply["residual.variance"] = numbers(variance);
  reply["r.squared"] = numbers(fit.r_squared);
  reply["adj.r.squared"] = numbers(fit.adjusted_r_squared);
  reply["f.pvalue"] = numbers(fit.f_p_value);
  reply["fstatistics"] = {{"value", numbers(fit.f_value)},
                          {"numdf", number(fit.model_df)},
                          {"dendf", number(fit.residual_df)}};
  reply["df"] = json::array({fit.rank, number(fit.residual_df), p});
  reply["deviance"] = numbers(fit.residual_squares);
  reply["nValidObs"] = fit.rows;
  reply["nMissingObs"] = fit.missing_rows;
  if (!frame.weights.empty()) reply["sumOfWeights"] = number(fit.sum_of_weights);
  if (options.cube) {
    reply["partitions"] = json::array({fit.cell_counts.size(), p - fit.cell_counts.size()});
    reply["countDF"] = cube_counts(frame, fit, options.cube_predictions);
  }
  json levels = json::object();
  for (const auto& variable : frame.variables)
    if (variable.categorical) levels[variable.name] = variable.levels;
  reply["factorLevels"] = std::move(levels);
  reply["params"] = {
      {"cube", options.cube},
      {"cubePredictions", options.cube_predictions},
      {"dropFirst", options.drop_first},
      {"dropMain", options.drop_main},
      {"covCoef", options.cov_coef},
      {"covData", options.cov_data},
      {"coefLabelStyle", options.label_style},
      {"firstLevelDropped", fit.first_level_dropped},
      {"pweights", options.pweights.empty() ? json(nullptr) : json(options.pweights)},
      {"fweights", options.fweights.empty() ? json(nullptr) : json(options.fweights)}};
  reply["precision"] = fit.double_double ? "double-double" : "double";
  json terms = json::array();
  for (const auto& term : frame.terms) terms.push_back(term.label);
  reply["terms"] = std::move(terms);
  reply["intercept"] = fit.intercept;
  reply["model"] =
      to_base64(make_linear_model(frame, fit, options.cube, model_pipeline(request)).save());
  return reply;
}

}  // namespace insitu
