// rxElasticNet as a method: the path of lasso, ridge and what lies between, from the correlations
// of the columns of a formula in one pass. The mathematics is math/elastic_net.hpp.
#include "math/elastic_net.hpp"

#include <algorithm>
#include <cmath>

#include "algorithms/cov_cor.hpp"
#include "base/error.hpp"
#include "base/named.hpp"
#include "base/number_text.hpp"
#include "math/elementary.hpp"
#include "methods/correlated.hpp"
#include "methods/methods.hpp"
#include "report/ridge_report.hpp"

namespace insitu {

namespace {

/// The first lambda would be infinite for alpha = 0: it is that of this alpha, as in glmnet.
constexpr double kLeastAlpha = 1e-3;
constexpr double kRounding = 1e-14;  ///< so that the first lambda leaves no column in
constexpr std::int64_t kMostLambdas = 10'000;

struct ElasticNetResult {
  std::string response;
  std::vector<std::string> names, lambdas;
  std::vector<double> lambda, coefficients, df, r_squared, gcv;
  bool converged = true;
  std::int64_t rows = 0, missing_rows = 0;
  std::string model;
};

struct ElasticNetMethod {
  static constexpr MethodAbout about{
      .op = "elastic_net",
      .function = "rxElasticNet",
      .title = "Elastic-net regression",
      .formula = "y ~ x + z",
      .examples = "insitu elasticnet flights.xdf 'delay ~ hour + day' --alpha 0.5 --num-lambda 5",
      .keeps_model = true,
      .takes_moments = true};
  using Passes = PassList<CovCor>;
  struct Options : FormulaOptions {
    double alpha = 1;
    nlohmann::json lambda;
    std::int64_t num_lambda = 100;
    double lambda_min_ratio = 1e-4;
  };

  static PlannedPasses planned(const Options&) { return {one_pass("cov_cor")}; }

  static OptionKeys option_keys() {
    return formula_keys<Options>(
               "The model: response ~ terms; factors have a column for each level.") +
           OptionKeys{
               option("alpha", &Options::alpha, "From 0, ridge regression, to 1, the lasso."),
               option("lambda", &Options::lambda,
                      "Penalties of 0 or more, one number or several; without them a path from the "
                      "least that leaves no column in.",
                      {.labels = "NUMBERS"}),
               option("numLambda", &Options::num_lambda, "How many penalties a path has."),
               option("lambdaMinRatio", &Options::lambda_min_ratio,
                      "The last penalty of a path as a share of the first.")};
  }

  static ResultKeys result_keys() {
    using R = ElasticNetResult;
    return {
        field("y.name", &R::response, "The dependent variable."),
        field("coefficientNames", &R::names, "(Intercept), then the columns."),
        field("lambdaNames", &R::lambdas, "The penalties as text."),
        array_field("lambda", &R::lambda, {"lambdaNames"}, "The penalties, falling."),
        array_field("coefficients", &R::coefficients, {"lambdaNames", "coefficientNames"},
                    "In the units of the data, a row for each penalty."),
        array_field("df", &R::df, {"lambdaNames"}, "Columns that are in."),
        array_field("r.squared", &R::r_squared, {"lambdaNames"}, "Multiple R squared."),
        array_field("GCV", &R::gcv, {"lambdaNames"},
                    "Generalised cross-validation: residual squares / (n - df)^2; missing where "
                    "as many columns are in as there are rows."),
        field("converged", &R::converged, "Whether every fit came to rest."),
        field("nValidObs", &R::rows, "Rows that took part."),
        field("nMissingObs", &R::missing_rows, "Rows left out for a missing value."),
        field("model", &R::model, "What `rxPredict` takes.")};
  }

  static void check(const Options& o) {
    if (!(o.alpha >= 0 && o.alpha <= 1))
      throw InvalidArgument("alpha must be from 0 to 1, not " + general_text(o.alpha, 15));
    if (o.num_lambda < 1 || o.num_lambda > kMostLambdas)
      throw InvalidArgument("`numLambda` must be from 1 to "_named + std::to_string(kMostLambdas) +
                            ", not " + std::to_string(o.num_lambda));
    if (!(o.lambda_min_ratio > 0 && o.lambda_min_ratio < 1))
      throw InvalidArgument("`lambdaMinRatio` must be between 0 and 1, not "_named +
                            general_text(o.lambda_min_ratio, 15));
  }

  static ElasticNetResult run(const Options& o, Scope& scope) {
    check(o);
    std::vector<double> lambdas;
    if (!o.lambda.is_null()) lambdas = penalties_of(o.lambda);
    const auto data = correlated(o, scope, "an elastic net");
    const auto p = data.columns();
    // The response enters with its own standard deviation, which divides by n.
    const double size =
        data.response_std_dev * std::sqrt((data.observations - 1) / data.observations);
    if (lambdas.empty()) {
      double most = 0;
      for (const double r : data.with_response) most = std::max(most, std::fabs(r));
      most *= (1 + kRounding) * size / std::max(o.alpha, kLeastAlpha);
      for (std::int64_t i = 0; i < o.num_lambda; ++i)
        lambdas.push_back(i == 0
                              ? most
                              : most * elementary::pow(o.lambda_min_ratio,
                                                       static_cast<double>(i) /
                                                           static_cast<double>(o.num_lambda - 1)));
    }
    std::ranges::sort(lambdas, std::greater<>());

    ElasticNetResult result;
    result.response = data.response;
    result.names = data.names;
    result.rows = data.rows;
    result.missing_rows = data.missing_rows;
    result.lambda = lambdas;
    result.coefficients.assign(lambdas.size() * (p + 1), 0.0);
    std::vector<double> b(p, 0.0);
    for (std::size_t l = 0; l < lambdas.size(); ++l) {
      const ElasticNetPenalty penalty{lambdas[l] * o.alpha / size, lambdas[l] * (1 - o.alpha)};
      if (!elastic_net(data.correlations, data.with_response, penalty, b)) result.converged = false;
      data.put(b, result.coefficients, l, lambdas.size());
      double df = 0, explained = 0;
      for (std::size_t i = 0; i < p; ++i) {
        if (b[i] == 0) continue;
        df += 1;
        double fitted = 0;
        for (std::size_t j = 0; j < p; ++j) fitted += data.correlations[i * p + j] * b[j];
        explained += b[i] * (2 * data.with_response[i] - fitted);
      }
      result.lambdas.push_back(general_text(lambdas[l], 7));
      result.df.push_back(df);
      result.r_squared.push_back(std::min(1.0, explained));
      const double left = data.observations - df;
      const double total = (data.observations - 1) * data.response_std_dev * data.response_std_dev;
      result.gcv.push_back(left > 0 ? std::max(0.0, 1 - explained) * total / (left * left)
                                    : std::nan(""));
    }
    result.model = data.model(lambdas, result.coefficients, result.gcv, true, scope.pipeline());
    if (!result.converged)
      scope.warn(
          "the elastic net did not come to rest: columns are collinear and the penalties small; "
          "give larger `lambda` or a smaller alpha"_named);
    return result;
  }

  static std::string print(const nlohmann::json& reply, std::string_view,
                           const ReportHeader& header) {
    return elastic_net_report(reply, header);
  }
};

}  // namespace

Method elastic_net_method() { return method<ElasticNetMethod>(); }

}  // namespace insitu
