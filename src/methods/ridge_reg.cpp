// rxRidgeReg as a method: ridge regression from the correlations of the columns of a formula
// (algorithms/cov_cor.hpp), for any number of lambdas in one pass. Hoerl & Kennard (1970).
#include <algorithm>
#include <cmath>
#include <optional>
#include <string_view>
#include <utility>

#include "algorithms/cov_cor.hpp"
#include "base/error.hpp"
#include "base/named.hpp"
#include "base/number_text.hpp"
#include "formula/model/formula.hpp"
#include "math/symmetric_eigen.hpp"
#include "methods/methods.hpp"
#include "methods/regression.hpp"
#include "methods/shown.hpp"
#include "report/ridge_report.hpp"

namespace insitu {

namespace {

constexpr std::size_t kMostColumns = 1000;
/// Below this share of the largest, an eigenvalue of correlations is one of collinear columns.
constexpr double kCollinear = 1e-13;

struct RidgeResult {
  std::string response;
  std::vector<std::string> names, lambdas;
  std::vector<double> lambda, coefficients, df, r_squared, gcv;
  std::int64_t rows = 0, missing_rows = 0;
};

struct RidgeMethod {
  static constexpr MethodAbout about{
      .op = "ridge_reg",
      .function = "rxRidgeReg",
      .title = "Ridge regression",
      .formula = "y ~ x + z",
      .examples = "insitu ridgereg flights.xdf 'delay ~ hour + day' --lambda 0.02"};
  using Passes = PassList<CovCor>;
  struct Options : FormulaOptions {
    nlohmann::json lambda = 0;
  };

  static OptionKeys option_keys() {
    return formula_keys<Options>(
               "The model: response ~ terms; factors have a column for each level.") +
           OptionKeys{option("lambda", &Options::lambda,
                             "What is added to the diagonal of the correlations: 0 or more, one "
                             "number or several.",
                             {.labels = "NUMBERS"})};
  }

  static ResultKeys result_keys() {
    using R = RidgeResult;
    return {field("y.name", &R::response, "The dependent variable."),
            field("coefficientNames", &R::names, "(Intercept), then the columns."),
            field("lambdaNames", &R::lambdas, "The lambdas as text."),
            array_field("lambda", &R::lambda, {"lambdaNames"}, "As they were given."),
            array_field("coefficients", &R::coefficients, {"lambdaNames", "coefficientNames"},
                        "In the units of the data, a row for each lambda."),
            array_field("df", &R::df, {"lambdaNames"},
                        "Effective degrees of freedom without the intercept."),
            array_field("r.squared", &R::r_squared, {"lambdaNames"}, "Multiple R squared."),
            array_field("GCV", &R::gcv, {"lambdaNames"},
                        "Generalised cross-validation: residual squares / (n - df)^2."),
            field("nValidObs", &R::rows, "Rows that took part."),
            field("nMissingObs", &R::missing_rows, "Rows left out for a missing value.")};
  }

  static std::vector<double> lambdas_of(const nlohmann::json& given) {
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

  static RidgeResult run(const Options& o, Scope& scope) {
    const auto lambdas = lambdas_of(o.lambda);
    auto formula = parse_formula(o.formula);
    check_regression_formula(formula, o.formula);
    if (formula.responses.size() > 1)
      throw InvalidArgument("a ridge regression has one dependent variable: " + o.formula);
    if (!formula.intercept)
      throw InvalidArgument("a ridge regression has an intercept: " + o.formula);
    formula.terms.insert(formula.terms.begin(), Term{formula.responses});
    formula.responses.clear();
    const auto bound = scope.bind(formula, o);
    const auto& y = bound.frame.variables[bound.frame.terms.front().variables.front()];
    if (y.categorical)
      throw InvalidArgument("the dependent variable must be a number, but '" + y.name +
                            "' is a factor");
    double columns = 0;
    for (std::size_t t = 0; t < bound.frame.terms.size(); ++t) columns += bound.frame.cells(t);
    if (columns - 1 > static_cast<double>(kMostColumns))
      throw InvalidArgument("a ridge regression is for up to " + std::to_string(kMostColumns) +
                            " columns; the formula has more: " + o.formula);
    const auto moments = scope.compute(CovCor{bound.frame, "Cor", true}, bound);
    const auto p = moments.names.size() - 1;
    for (std::size_t k = 0; k <= p; ++k)
      if (!(moments.std_devs[k] > 0))
        throw DataError("a column is constant, leave it out: " + moments.names[k]);

    RidgeResult result;
    result.response = y.name;
    result.names.emplace_back("(Intercept)");
    result.names.insert(result.names.end(), moments.names.begin() + 1, moments.names.end());
    result.rows = moments.rows;
    result.missing_rows = moments.missing_rows;
    std::vector<double> correlations(p * p), with_y(p);
    for (std::size_t i = 0; i < p; ++i) {
      with_y[i] = moments.matrix[(i + 1) * (p + 1)];
      for (std::size_t j = 0; j < p; ++j)
        correlations[i * p + j] = moments.matrix[(i + 1) * (p + 1) + j + 1];
    }
    const auto eigen = symmetric_eigen(std::move(correlations), p);
    std::vector<double> along(p, 0.0);  // of y, in the directions of the eigenvectors
    for (std::size_t k = 0; k < p; ++k)
      for (std::size_t i = 0; i < p; ++i) along[k] += eigen.vectors[k * p + i] * with_y[i];
    const bool counts = bound.frame.frequency_weights;
    const double n = counts ? moments.sum_of_weights : static_cast<double>(moments.rows);
    const double total = (n - 1) * moments.std_devs[0] * moments.std_devs[0];
    const auto n_lambda = lambdas.size();
    result.lambda = lambdas;
    result.coefficients.assign(n_lambda * (p + 1), 0.0);
    for (std::size_t l = 0; l < n_lambda; ++l) {
      std::vector<double> scaled(p, 0.0);
      double df = 0, explained = 0;
      for (std::size_t k = 0; k < p; ++k) {
        const double value = std::max(eigen.values[k], 0.0), divisor = value + lambdas[l];
        if (!(divisor > kCollinear * eigen.values[0]))
          throw DataError(
              "columns are collinear: give a `lambda` above 0, or leave some out of "_named +
              o.formula);
        df += value / divisor;
        explained += along[k] * along[k] / divisor * (1 + lambdas[l] / divisor);
        for (std::size_t i = 0; i < p; ++i)
          scaled[i] += eigen.vectors[k * p + i] * (along[k] / divisor);
      }
      double constant = moments.means[0];
      for (std::size_t i = 0; i < p; ++i) {
        const double b = scaled[i] * moments.std_devs[0] / moments.std_devs[i + 1];
        result.coefficients[(i + 1) * n_lambda + l] = b;
        constant -= b * moments.means[i + 1];
      }
      result.coefficients[l] = constant;
      const double rest = std::max(0.0, 1 - explained);
      result.lambdas.push_back(general_text(lambdas[l], 15));
      result.df.push_back(df);
      result.r_squared.push_back(1 - rest);
      result.gcv.push_back(rest * total / ((n - df) * (n - df)));
    }
    return result;
  }

  static std::string print(const nlohmann::json& reply, std::string_view,
                           const ReportHeader& header) {
    return ridge_report(reply, header);
  }
};

}  // namespace

Method ridge_reg_method() { return method<RidgeMethod>(); }

}  // namespace insitu
