#include "methods/correlated.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string_view>
#include <utility>

#include "algorithms/cov_cor.hpp"
#include "algorithms/penalized_model.hpp"
#include "base/base64.hpp"
#include "base/error.hpp"
#include "base/named.hpp"
#include "base/number_text.hpp"
#include "formula/model/formula.hpp"
#include "methods/regression.hpp"
#include "methods/shown.hpp"

namespace insitu {

namespace {

constexpr double kMostColumns = 1000;

}  // namespace

void Correlated::put(const std::vector<double>& standardised, std::vector<double>& coefficients,
                     std::size_t row, std::size_t rows) const {
  double constant = response_mean;
  for (std::size_t i = 0; i < standardised.size(); ++i) {
    const double b = standardised[i] * response_std_dev / std_devs[i];
    coefficients[(i + 1) * rows + row] = b;
    constant -= b * means[i];
  }
  coefficients[row] = constant;
}

std::string Correlated::model(const std::vector<double>& lambdas,
                              const std::vector<double>& coefficients,
                              const std::vector<double>& gcv, bool interpolates,
                              std::string pipeline) const {
  PenalizedModel model;
  model.lambdas = lambdas;
  model.interpolates = interpolates;
  for (std::size_t l = 1; l < gcv.size(); ++l)
    if (gcv[l] < gcv[model.preferred] || std::isnan(gcv[model.preferred]))
      model.preferred = static_cast<std::uint32_t>(l);
  auto& linear = model.linear;
  linear.frame = frame;
  linear.columns.assign(columns() + 1, LinearModel::ColumnState::kKept);
  linear.centres.assign(columns() + 1, 0.0);
  for (std::size_t t = 0, column = 1; t < frame.terms.size(); column += frame.cells(t), ++t)
    if (std::ranges::none_of(frame.terms[t].variables,
                             [&](std::uint32_t v) { return frame.variables[v].categorical; }))
      linear.centres[column] = means[column - 1];
  linear.sigma = {1};
  linear.residual_df = observations - 1;
  linear.pipeline = std::move(pipeline);
  for (std::size_t l = 0; l < lambdas.size(); ++l) {
    auto& into = l == 0 ? linear.coefficients : model.further;
    const auto constant = into.size();
    for (std::size_t k = 0; k <= columns(); ++k)
      into.push_back(coefficients[k * lambdas.size() + l]);
    for (std::size_t k = 1; k <= columns(); ++k)
      into[constant] += into[constant + k] * linear.centres[k];
  }
  return to_base64(model.save());
}

Correlated correlated(const FormulaOptions& options, Scope& scope, const std::string& what) {
  auto formula = parse_formula(options.formula);
  check_regression_formula(formula, options.formula);
  if (formula.responses.size() > 1)
    throw InvalidArgument(what + " has one dependent variable: " + options.formula);
  if (!formula.intercept) throw InvalidArgument(what + " has an intercept: " + options.formula);
  formula.terms.insert(formula.terms.begin(), Term{formula.responses});
  formula.responses.clear();
  const auto [frame, moments] =
      scope.columns(formula, options, "Cor", [&](const ModelFrame& bound) {
        const auto& y = bound.variables[bound.terms.front().variables.front()];
        if (y.categorical)
          throw InvalidArgument("the dependent variable must be a number, but '" + y.name +
                                "' is a factor");
        if (columns_of(bound) - 1 > kMostColumns)
          throw InvalidArgument(
              what + " is for up to 1,000 columns; the formula has more: " + options.formula);
      });
  const auto& y = frame.variables[frame.terms.front().variables.front()];
  const auto p = moments.names.size() - 1;
  for (std::size_t k = 0; k <= p; ++k)
    if (!(moments.std_devs[k] > 0))
      throw DataError("a column is constant, leave it out: " + moments.names[k]);

  Correlated result;
  result.response = y.name;
  result.frame = frame;
  result.frame.terms.erase(result.frame.terms.begin());
  result.frame.responses = {frame.terms.front().variables.front()};
  result.frame.formula = deparse(parse_formula(options.formula));
  result.names.emplace_back("(Intercept)");
  result.names.insert(result.names.end(), moments.names.begin() + 1, moments.names.end());
  result.response_mean = moments.means[0];
  result.response_std_dev = moments.std_devs[0];
  result.means.assign(moments.means.begin() + 1, moments.means.end());
  result.std_devs.assign(moments.std_devs.begin() + 1, moments.std_devs.end());
  result.rows = moments.rows;
  result.missing_rows = moments.missing_rows;
  result.observations =
      frame.frequency_weights ? moments.sum_of_weights : static_cast<double>(moments.rows);
  result.correlations.resize(p * p);
  for (std::size_t i = 0; i < p; ++i) {
    result.with_response.push_back(moments.matrix[(i + 1) * (p + 1)]);
    for (std::size_t j = 0; j < p; ++j)
      result.correlations[i * p + j] = moments.matrix[(i + 1) * (p + 1) + j + 1];
  }
  return result;
}

std::vector<double> penalties_of(const nlohmann::json& given) {
  const auto refuse = [&] {
    return InvalidArgument("`lambda` must be a number of 0 or more, or several, not "_named +
                           shown(given));
  };
  std::vector<double> lambdas;
  const auto add = [&](std::optional<double> value) {
    if (!value || !(*value >= 0) || std::isinf(*value)) throw refuse();
    lambdas.push_back(*value);
  };
  if (given.is_string()) {  // of the command line: 0.1,0.2
    const auto text = given.get<std::string>();
    for (std::size_t begin = 0, end = 0; end != std::string::npos; begin = end + 1) {
      end = text.find(',', begin);
      add(number_of_text(std::string_view(text).substr(begin, end - begin)));
    }
    return lambdas;
  }
  for (const auto& each : given.is_array() ? given : nlohmann::json::array({given}))
    add(each.is_number() ? std::optional(each.get<double>()) : std::nullopt);
  if (lambdas.empty()) throw refuse();
  return lambdas;
}

}  // namespace insitu
