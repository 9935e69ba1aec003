#include "methods/robust.hpp"

#include <cmath>
#include <memory>
#include <utility>

#include "algorithms/centred_columns.hpp"
#include "algorithms/meat.hpp"
#include "base/error.hpp"
#include "base/named.hpp"
#include "formula/model/formula.hpp"

namespace insitu {

namespace {

/// The variables of `cluster`: names, or one text such as "~ f + g".
std::vector<ExpressionPtr> cluster_variables(const nlohmann::json& given, const Schema& schema) {
  std::vector<std::string> texts;
  const auto add = [&](const nlohmann::json& each) {
    if (!each.is_string())
      throw InvalidArgument(
          "`cluster` must be names of variables, or a formula such as ~ f, not "_named +
          each.dump());
    texts.push_back(each.get<std::string>());
  };
  if (given.is_array())
    for (const auto& each : given) add(each);
  else
    add(given);
  std::vector<ExpressionPtr> variables;
  for (const auto& text : texts) {
    if (schema.find(text)) {
      Expression name;
      name.kind = Expression::Kind::kName;
      name.text = text;
      variables.push_back(std::make_shared<const Expression>(std::move(name)));
      continue;
    }
    const auto formula = parse_formula(text.find('~') == std::string::npos ? "~" + text : text);
    for (const auto& term : formula.terms) {
      if (term.factors.size() != 1 || !formula.responses.empty())
        throw InvalidArgument(
            "`cluster` takes one or two variables, as ~ f or ~ f + g, without interactions: "_named +
            text);
      variables.push_back(term.factors[0]);
    }
  }
  if (variables.empty() || variables.size() > 2)
    throw InvalidArgument("`cluster` takes one or two variables, not "_named +
                          std::to_string(variables.size()));
  if (variables.size() == 2 && deparse(*variables[0]) == deparse(*variables[1]))
    throw InvalidArgument("`cluster` names the same variable twice: "_named +
                          deparse(*variables[0]));
  return variables;
}

bool clusters_wanted(const RegressionOptions& options) {
  return !options.cluster.is_null() && !(options.cluster.is_array() && options.cluster.empty()) &&
         options.cluster != "";
}

}  // namespace

ResultKeys RobustRecord::keys() {
  using R = RobustRecord;
  return {field("type", &R::type, "HC0, HC1, HC2 or HC3."),
          field("cluster", &R::cluster, "The variables of the clusters."),
          field("clusters", &R::clusters, "How many, by variable.")};
}

Robust::Robust(const RegressionOptions& options) {
  const bool clustered = clusters_wanted(options);
  if (options.robust == "none" && !clustered) return;
  record_.type = options.robust == "none" ? "HC1" : options.robust;
  const std::string what = clustered ? "cluster" : "robust";
  if (options.cube)
    throw InvalidArgument(named(what.c_str()) +
                          " cannot be combined with `cube = TRUE`: leave one of them out"_named);
  if (clustered && (record_.type == "HC2" || record_.type == "HC3"))
    throw InvalidArgument("`cluster` is for `robust = \"HC0\"` and \"HC1\", not \""_named +
                          record_.type + "\": leave `robust` out"_named);
}

void Robust::bind(const RegressionOptions& options, BoundFormula& bound, Scope& scope) {
  if (!wanted() || !clusters_wanted(options)) return;
  Formula formula;
  for (const auto& variable : cluster_variables(options.cluster, *bound.source->schema()))
    formula.terms.push_back({{variable}});
  auto with_clusters = scope.bind_over(formula, bound.source);
  bound.source = std::move(with_clusters.source);
  clusters_ = std::move(with_clusters.frame);
  for (const auto& term : clusters_.terms) record_.cluster.push_back(term.label);
}

RobustCovariance Robust::covariance(const LinearModel& model, const Family& family,
                                    std::optional<std::uint32_t> offset, const LinearFit& fit,
                                    const Coding& coding, double observations, double residual_df,
                                    const BoundFormula& bound, Scope& scope) {
  Meat meat;
  meat.model = model;
  meat.family = family;
  meat.offset = offset;
  meat.clusters = clusters_;
  meat.leverage = record_.type == "HC2" ? 1 : record_.type == "HC3" ? 2 : 0;
  if (meat.leverage == 0) meat.model.covariance.clear();
  const bool clustered = !clusters_.terms.empty();
  meat.adjust = clustered && record_.type == "HC1";
  const auto sums = scope.compute(std::move(meat), bound);
  if (sums.missing_clusters > 0) {
    std::string names;
    for (const auto& name : record_.cluster) names += (names.empty() ? "'" : ", '") + name + "'";
    throw DataError("the cluster (" + names + ") is missing in " +
                    std::to_string(sums.missing_clusters) +
                    " rows of the fit: leave them out with `rowSelection`"_named);
  }
  if (sums.exact_rows > 0)
    scope.warn(
        std::to_string(sums.exact_rows) +
        " rows are fitted exactly whatever their response (leverage 1); the standard errors " +
        record_.type + " do without them");
  record_.clusters = sums.clusters;
  double factor = 1;
  if (record_.type == "HC1")
    factor = residual_df > 0 ? (clustered ? observations - 1 : observations) / residual_df
                             : std::nan("");
  Coding used = coding;
  used.drop_first = fit.first_level_dropped;
  const Design design(model.frame, MomentShape(model.frame), used);
  auto result = sandwich(fit, sums.products, factor, constant_columns(design, fit.aliased));
  const auto p = fit.columns.size();
  for (std::size_t k = 0; k < p; ++k)
    if (result.covariance[k * p + k] < 0) {
      scope.warn(
          "the covariance of two ways to cluster is not positive; standard errors below 0 are "
          "missing: cluster by one variable");
      break;
    }
  return result;
}

std::vector<double> root_of_diagonal(const std::vector<double>& covariance, std::size_t columns) {
  std::vector<double> roots;
  for (std::size_t k = 0; k < columns; ++k) roots.push_back(std::sqrt(covariance[k * columns + k]));
  return roots;
}

void put_covariance(LinearModel& model, const RobustCovariance& robust, const std::string& type,
                    bool keep) {
  model.covariance.clear();
  if (!keep) return;
  model.robust = type;
  const double square = model.sigma[0] * model.sigma[0];
  for (const double value : robust.centred)
    model.covariance.push_back(std::isnan(value) ? 0 : value / square);
}

}  // namespace insitu
