#include "algorithms/cov_cor.hpp"

#include <algorithm>
#include <cmath>

#include "algorithms/coded_rows.hpp"
#include "algorithms/linear_fit.hpp"
#include "algorithms/model_aggregates.hpp"
#include "algorithms/model_products.hpp"

namespace insitu {

CovCor::State CovCor::init() const {
  frame.validate();
  State state;
  state.shape = shapes.shape(frame);
  return state;
}

void CovCor::check(const State& state) const {
  state.moments.check(*shapes.shape(frame), !frame.weights.empty());
}

void CovCor::accumulate(State& state, const Chunk& chunk) const {
  for_coded_rows(frame, *state.shape, chunk,
                 [&](const ModelRows& rows) { state.moments.add(*state.shape, rows); });
}

CovCor::State CovCor::aggregated(const AskAggregates& ask) const {
  auto state = init();
  state.moments = aggregated_moments(frame, *state.shape, ask);
  return state;
}

CrossMoments CovCor::finalize(const State& state) const {
  const auto shape = shapes.shape(frame);
  const auto& moments = state.moments;
  require_usable(frame, *shape, moments);
  const Design design(frame, *shape, {});
  const Products<double> products(*shape, moments);
  const auto n = static_cast<double>(moments.weighted_rows);
  const bool probability = !frame.weights.empty() && !frame.frequency_weights;
  const double divisor = probability ? moments.weight * (n - 1) / n : moments.weight - 1;

  CrossMoments result;
  result.rows = moments.rows;
  result.missing_rows = moments.missing_rows;
  result.sum_of_weights = frame.weights.empty() ? std::nan("") : moments.weight;
  std::vector<Products<double>::Column> views;
  std::vector<std::string> labels;
  for (std::size_t t = 0; t < frame.terms.size(); ++t)
    for (auto& label : frame.labels(t)) labels.push_back(std::move(label));
  const bool sscp = type == "SSCP";
  if (sscp) {
    result.names.emplace_back("Constant");
    result.std_devs.push_back(0);
    result.means.push_back(1);
  }
  for (std::size_t k = 0; k < labels.size(); ++k) {
    const auto& column = design.columns[k + (design.intercept ? 1 : 0)];
    const auto view = products.column(column);
    const double variance = products(view, view, Origin::kCentred) / divisor;
    if (!keep_all && (column.redundant || variance <= tolerance)) {
      result.dropped.push_back(labels[k]);
      result.dropped_at.push_back(static_cast<std::int64_t>(k) + 1);
      continue;
    }
    views.push_back(view);
    result.names.push_back(labels[k]);
    result.means.push_back(view.sum / moments.weight);
    result.std_devs.push_back(std::sqrt(std::max(0.0, variance)));
  }
  const std::size_t p = result.names.size(), skip = sscp ? 1 : 0;
  const auto value = [&](std::size_t i, std::size_t j) {
    if (sscp && i == 0) return j == 0 ? moments.weight : views[j - 1].sum;
    if (sscp && j == 0) return views[i - 1].sum;
    const auto &a = views[i - skip], &b = views[j - skip];
    if (sscp) return products(a, b, Origin::kRaw);
    const double covariance = products(a, b, Origin::kCentred) / divisor;
    if (type == "Cov") return covariance;
    return i == j && result.std_devs[i] > 0
               ? 1.0
               : covariance / (result.std_devs[i] * result.std_devs[j]);
  };
  result.matrix.resize(p * p);
  for (std::size_t i = 0; i < p; ++i)
    for (std::size_t j = 0; j <= i; ++j)
      result.matrix[i * p + j] = result.matrix[j * p + i] = value(i, j);
  return result;
}

}  // namespace insitu
