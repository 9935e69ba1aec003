// rxPca as a method: principal components of the columns of a formula, from their covariances
// (algorithms/cov_cor.hpp).
#include <algorithm>
#include <cmath>
#include <utility>

#include "algorithms/cov_cor.hpp"
#include "algorithms/pca_model.hpp"
#include "base/base64.hpp"
#include "base/error.hpp"
#include "base/named.hpp"
#include "math/symmetric_eigen.hpp"
#include "methods/methods.hpp"
#include "report/pca_report.hpp"

namespace insitu {

namespace {

constexpr std::size_t kMostColumns = 1000;
/// What rounding leaves of the variance of a combination that is constant, by the largest variance
/// and the number of columns.
constexpr double kRounding = 4e-16;

struct PcaResult {
  std::vector<std::string> names, components;
  std::vector<double> std_devs, loadings, proportion, cumulative, centre, scale;
  std::int64_t rows = 0, missing_rows = 0;
  std::string model;
};

struct PcaMethod {
  static constexpr MethodAbout about{.op = "pca",
                                     .function = "rxPca",
                                     .title = "Principal components",
                                     .formula = "~ x + y + z",
                                     .examples =
                                         "insitu pca flights.xdf '~ delay + hour'\n"
                                         "insitu pca flights.xdf '~ delay + hour' --cor --brief",
                                     .keeps_model = true,
                                     .takes_moments = true,
                                     .has_summary = true};
  using Passes = PassList<CovCor>;
  struct Options : FormulaOptions {
    bool cor = false;
  };

  static PlannedPasses planned(const Options&) { return {one_pass("cov_cor")}; }

  static OptionKeys option_keys() {
    return formula_keys<Options>("As ~ x + y + z; factors have a column for each level.") +
           OptionKeys{option("cor", &Options::cor,
                             "Of the correlations: every column is scaled to variance one.")};
  }

  static ResultKeys result_keys() {
    using R = PcaResult;
    return {
        field("names", &R::names, "Of the columns."),
        field("components", &R::components, "Comp.1, Comp.2, ... by falling variance."),
        array_field("sdev", &R::std_devs, {"components"}, "Standard deviations of the components."),
        array_field("loadings", &R::loadings, {"names", "components"},
                    "Unit vectors; the first element of each is positive."),
        array_field("proportion", &R::proportion, {"components"}, "Shares of the total variance."),
        array_field("cumulative", &R::cumulative, {"components"}, "Their sums."),
        array_field("center", &R::centre, {"names"}, "Means, weighted."),
        array_field("scale", &R::scale, {"names"},
                    "Standard deviations with cor, else 1: a score is the product of (x - "
                    "center) / scale and a component's loadings."),
        field("n.obs", &R::rows, "Rows that took part."),
        field("missing.obs", &R::missing_rows, "Rows left out for a missing value."),
        field("model", &R::model, "What `rxPredict` takes.")};
  }

  static PcaResult run(const Options& o, Scope& scope) {
    const auto [frame, moments] =
        scope.columns(formula_of_columns(o), o, o.cor ? "Cor" : "Cov", [](const ModelFrame& bound) {
          if (columns_of(bound) > kMostColumns)
            throw InvalidArgument("principal components are for up to " +
                                  std::to_string(kMostColumns) + " columns; the formula has " +
                                  std::to_string(static_cast<long long>(columns_of(bound))));
        });
    const auto p = moments.names.size();
    if (!(moments.rows > 1))
      throw DataError("principal components need two complete rows or more: " + o.formula);
    PcaResult result;
    result.names = moments.names;
    for (std::size_t k = 0; k < p; ++k) {
      if (o.cor && !(moments.std_devs[k] > 0))
        throw DataError("a column is constant and cannot be scaled to variance one: " +
                        moments.names[k] + " (leave it out, or say `cor = FALSE`)"_named);
      result.components.push_back("Comp." + std::to_string(k + 1));
      result.scale.push_back(o.cor ? moments.std_devs[k] : 1.0);
    }
    result.centre = moments.means;
    result.rows = moments.rows;
    result.missing_rows = moments.missing_rows;
    auto eigen = symmetric_eigen(moments.matrix, p);
    double total = 0, sum = 0;
    const double rounding = kRounding * static_cast<double>(p) * eigen.values[0];
    for (auto& value : eigen.values) {
      if (value < rounding) value = 0;
      total += value;
    }
    for (const double value : eigen.values) {
      sum += value;
      result.std_devs.push_back(std::sqrt(value));
      result.proportion.push_back(value / total);
      result.cumulative.push_back(sum / total);
    }
    result.loadings = std::move(eigen.vectors);
    PcaModel model;
    model.frame = frame;
    model.centres = result.centre;
    model.scales = result.scale;
    model.loadings = result.loadings;
    model.pipeline = scope.pipeline();
    result.model = to_base64(model.save());
    return result;
  }

  static std::string print(const nlohmann::json& reply, std::string_view layout,
                           const ReportHeader& header) {
    return pca_report(reply, header, layout == "summary");
  }
};

}  // namespace

Method pca_method() { return method<PcaMethod>(); }

}  // namespace insitu
