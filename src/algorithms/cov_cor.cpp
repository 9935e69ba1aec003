#include "algorithms/cov_cor.hpp"

#include <algorithm>
#include <cmath>

#include "algorithms/coded_rows.hpp"
#include "algorithms/linear_fit.hpp"
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

CrossMoments CovCor::finalize(const State& state) const {
  const auto shape = shapes.shape(frame);
  const auto& moments = state.moments;
  require_usable(frame, *shape, moments);
  const Design design(frame, *shape, {});
  const Products<double> products(*shape, moments);
  const std::size_t skip = design.intercept ? 1 : 0, p = design.columns.size() - skip;
  CrossMoments result;
  result.rows = moments.rows;
  result.missing_rows = moments.missing_rows;
  result.sum_of_weights = moments.weight;
  const auto n = static_cast<double>(moments.weighted_rows);
  const double divisor = frame.weights.empty() || frame.frequency_weights
                             ? moments.weight - 1
                             : moments.weight * (n - 1) / n;
  for (std::size_t t = 0; t < frame.terms.size(); ++t)
    for (auto& label : frame.labels(t)) result.labels.push_back(std::move(label));
  std::vector<Products<double>::Column> views;
  for (std::size_t k = 0; k < p; ++k) {
    views.push_back(products.column(design.columns[k + skip]));
    result.redundant.push_back(design.columns[k + skip].redundant);
    result.means.push_back(views[k].sum / moments.weight);
  }
  result.covariance.resize(p * p);
  const std::size_t side = p + 1;
  result.products.resize(side * side);
  result.products[0] = moments.weight;
  for (std::size_t i = 0; i < p; ++i) {
    result.products[i + 1] = result.products[(i + 1) * side] = views[i].sum;
    for (std::size_t j = 0; j <= i; ++j) {
      result.covariance[i * p + j] = result.covariance[j * p + i] =
          products(views[i], views[j], Origin::kCentred) / divisor;
      result.products[(i + 1) * side + j + 1] = result.products[(j + 1) * side + i + 1] =
          products(views[i], views[j], Origin::kRaw);
    }
    result.std_devs.push_back(std::sqrt(std::max(0.0, result.covariance[i * p + i])));
  }
  return result;
}

}  // namespace insitu
