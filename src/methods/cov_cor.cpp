// rxCovCor, rxCov, rxCor and rxSSCP as methods.
#include "methods/cov_cor.hpp"

#include <cmath>

#include "base/error.hpp"
#include "formula/expression/expression.hpp"
#include "formula/model/formula.hpp"
#include "report/matrix_report.hpp"

namespace insitu {

OptionKeys CovCorOptions::keys() {
  using O = CovCorOptions;
  return formula_keys<O>("The variables, as ~ x + f + x:f; factors have a column for each level.") +
         OptionKeys{
             option("keepAll", &O::keep_all,
                    "TRUE: all columns; FALSE: without those that the others and a constant add up "
                    "to by the formula, and without columns that hardly vary (varTol)."),
             option("varTol", &O::tolerance,
                    "With keepAll = FALSE: columns with a variance up to this are left out."),
             option("type", &O::type, "Covariances, correlations, or sums of squares and products.",
                    {.choices = {"Cov", "Cor", "SSCP"}})};
}

ResultKeys CovCorResult::keys() {
  using R = CovCorResult;
  return {field("formula", &R::formula, "As it was written."),
          field("names", &R::names, "Of the columns."),
          array_field("CovCor", &R::matrix, {"names", "names"},
                      "By type; SSCP has a constant, or the weights, in front."),
          array_field("StdDevs", &R::std_devs, {"names"}, "Standard deviations."),
          array_field("Means", &R::means, {"names"}, "Means, weighted."),
          field("valid.obs", &R::valid, "Rows that took part."),
          field("missing.obs", &R::missing, "Rows left out for a missing value."),
          field("SumOfWeights", &R::sum_of_weights, "Missing without weights."),
          field("DroppedVars", &R::dropped, "Columns left out."),
          field("DroppedVarIndexes", &R::dropped_at, "Their positions among all, from 1.")};
}

CovCorResult CovCorMethod::run(const CovCorOptions& options, Scope& scope) {
  const auto formula = parse_formula(options.formula);
  if (!formula.responses.empty() || formula.terms.empty())
    throw InvalidArgument("the formula must name variables after the '~' and none before it, as " +
                          std::string(about.formula) + ": " + options.formula);
  const auto bound = scope.bind(formula, options);
  const auto found = scope.compute(CovCor{bound.frame}, bound);
  CovCorResult result;
  result.formula = deparse(*parse_expression(options.formula, "formula"));
  result.valid = found.rows;
  result.missing = found.missing_rows;
  result.sum_of_weights = bound.frame.weights.empty() ? std::nan("") : found.sum_of_weights;
  const bool sscp = options.type == "SSCP";
  const std::size_t p = found.labels.size();
  std::vector<std::size_t> kept;
  for (std::size_t k = 0; k < p; ++k) {
    const bool drops = found.redundant[k] || found.covariance[k * p + k] <= options.tolerance;
    if (options.keep_all || !drops) {
      kept.push_back(k);
    } else {
      result.dropped.push_back(found.labels[k]);
      result.dropped_at.push_back(static_cast<std::int64_t>(k) + 1);
    }
  }
  if (sscp) result.names.emplace_back("Constant");
  for (const auto k : kept) result.names.push_back(found.labels[k]);
  if (sscp) result.std_devs.push_back(0), result.means.push_back(1);
  for (const auto k : kept) {
    result.std_devs.push_back(found.std_devs[k]);
    result.means.push_back(found.means[k]);
  }
  if (sscp)
    for (std::size_t i = 0; i <= kept.size(); ++i)
      for (std::size_t j = 0; j <= kept.size(); ++j)
        result.matrix.push_back(
            found.products[(i ? kept[i - 1] + 1 : 0) * (p + 1) + (j ? kept[j - 1] + 1 : 0)]);
  else
    for (const auto i : kept)
      for (const auto j : kept) {
        const double value = found.covariance[i * p + j];
        const double scale = found.std_devs[i] * found.std_devs[j];
        result.matrix.push_back(options.type == "Cov"             ? value
                                : i == j && found.std_devs[i] > 0 ? 1
                                                                  : value / scale);
      }
  return result;
}

std::string CovCorMethod::print(const nlohmann::json& reply, std::string_view,
                                const ReportHeader& header) {
  const auto type = reply.at("params").at("type").get<std::string>();
  return matrix_report(reply, header, "CovCor",
                       type == "Cov"   ? "COV"
                       : type == "Cor" ? "COR"
                                       : type);
}

}  // namespace insitu
