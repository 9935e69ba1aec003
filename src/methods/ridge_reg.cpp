// rxRidgeReg as a method: ridge regression from the correlations of the columns of a formula
// (algorithms/cov_cor.hpp), for any number of lambdas in one pass. Hoerl & Kennard (1970).
#include <algorithm>
#include <cmath>
#include <utility>

#include "algorithms/cov_cor.hpp"
#include "base/error.hpp"
#include "base/named.hpp"
#include "base/number_text.hpp"
#include "math/symmetric_eigen.hpp"
#include "methods/correlated.hpp"
#include "methods/methods.hpp"
#include "report/ridge_report.hpp"

namespace insitu {

namespace {

/// Below this share of the largest, an eigenvalue of correlations is one of collinear columns.
constexpr double kCollinear = 1e-13;

struct RidgeResult {
  std::string response;
  std::vector<std::string> names, lambdas;
  std::vector<double> lambda, coefficients, df, r_squared, gcv;
  std::int64_t rows = 0, missing_rows = 0;
  std::string model;
};

struct RidgeMethod {
  static constexpr MethodAbout about{
      .op = "ridge_reg",
      .function = "rxRidgeReg",
      .title = "Ridge regression",
      .formula = "y ~ x + z",
      .examples = "insitu ridgereg flights.xdf 'delay ~ hour + day' --lambda 0.02",
      .keeps_model = true,
      .takes_moments = true};
  using Passes = PassList<CovCor>;
  struct Options : FormulaOptions {
    nlohmann::json lambda = 0;
  };

  static PlannedPasses planned(const Options&) { return {one_pass("cov_cor")}; }

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
            field("nMissingObs", &R::missing_rows, "Rows left out for a missing value."),
            field("model", &R::model, "What `rxPredict` takes.")};
  }

  static RidgeResult run(const Options& o, Scope& scope) {
    const auto lambdas = penalties_of(o.lambda);
    const auto data = correlated(o, scope, "a ridge regression");
    const auto p = data.columns(), n_lambda = lambdas.size();
    const double n = data.observations;
    const double total = (n - 1) * data.response_std_dev * data.response_std_dev;

    RidgeResult result;
    result.response = data.response;
    result.names = data.names;
    result.rows = data.rows;
    result.missing_rows = data.missing_rows;
    result.lambda = lambdas;
    result.coefficients.assign(n_lambda * (p + 1), 0.0);
    const auto eigen = symmetric_eigen(data.correlations, p);
    std::vector<double> along(p, 0.0);  // of y, in the directions of the eigenvectors
    for (std::size_t k = 0; k < p; ++k)
      for (std::size_t i = 0; i < p; ++i)
        along[k] += eigen.vectors[k * p + i] * data.with_response[i];
    for (std::size_t l = 0; l < n_lambda; ++l) {
      std::vector<double> slopes(p, 0.0);
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
          slopes[i] += eigen.vectors[k * p + i] * (along[k] / divisor);
      }
      data.put(slopes, result.coefficients, l, n_lambda);
      const double rest = std::max(0.0, 1 - explained);
      result.lambdas.push_back(general_text(lambdas[l], 15));
      result.df.push_back(df);
      result.r_squared.push_back(1 - rest);
      result.gcv.push_back(rest * total / ((n - df) * (n - df)));
    }
    result.model = data.model(lambdas, result.coefficients, result.gcv, false, scope.pipeline());
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
