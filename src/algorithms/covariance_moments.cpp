#include "algorithms/covariance_moments.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "algorithms/row_variables.hpp"
#include "base/error.hpp"

namespace insitu {

KeptMoments moments_of(const StoredCovariance& given) {
  const auto p = given.names.size();
  const auto require = [](bool right, const char* what) {
    if (!right) throw DataError(std::string("the covariances contradict themselves: ") + what);
  };
  const bool sscp = given.type == "SSCP";
  require(sscp || given.type == "Cov" || given.type == "Cor", "their type is none");
  require(p > (sscp ? 1 : 0) && given.matrix.size() == p * p && given.means.size() == p &&
              given.std_devs.size() == p,
          "the matrix, the means and the names differ in size");
  require(given.rows > 1, "they are of fewer than two rows");
  const auto n = static_cast<double>(given.rows);
  const double weight = given.weights.empty() ? n : given.sum_of_weights;
  require(weight > 0 && std::isfinite(weight), "the sum of the weights is not above zero");
  const double divisor =
      given.weights.empty() || given.frequency_weights ? weight - 1 : weight * (n - 1) / n;
  KeptMoments kept;
  auto& frame = kept.frame;
  frame.weights = given.weights;
  frame.frequency_weights = given.frequency_weights;
  ModelMoments<double> moments;
  moments.rows = moments.weighted_rows = given.rows;
  moments.missing_rows = given.missing_rows;
  moments.weight = weight;
  const std::size_t first = sscp ? 1 : 0;
  const auto covariance = [&](std::size_t i, std::size_t j) {
    const double value = given.matrix[i + j * p];
    if (sscp) return value - weight * given.means[i] * given.means[j];
    if (given.type == "Cov") return value * divisor;
    if (given.std_devs[i] == 0 || given.std_devs[j] == 0) return 0.0;  // NaN in the matrix
    return value * given.std_devs[i] * given.std_devs[j] * divisor;
  };
  for (std::size_t i = first; i < p; ++i) {
    auto& variable = frame.variables.emplace_back();
    variable.name = variable.label = variable.column = given.names[i];
    frame.terms.push_back({given.names[i], {static_cast<std::uint32_t>(i - first)}});
    frame.formula += (i == first ? "~" : " + ") + column_text(given.names[i]);
    moments.origin.push_back(given.means[i]);
    for (std::size_t j = first; j < i; ++j) moments.products.push_back(covariance(i, j));
    moments.products.push_back(given.std_devs[i] * given.std_devs[i] * divisor);
  }
  moments.offset.assign(moments.origin.size(), 0.0);
  auto& run = kept.runs.emplace_back();
  run.sums.total = std::move(moments);
  run.sums.placed = false;
  return kept;
}

}  // namespace insitu
