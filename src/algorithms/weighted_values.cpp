#include "algorithms/weighted_values.hpp"

#include <algorithm>
#include <cmath>

#include "algorithms/numbers_of.hpp"

namespace insitu {

WeightedValues::WeightedValues(const Chunk& chunk, const std::string& variable,
                               const std::vector<std::string>& also, const std::string& weighted)
    : values(numbers_of(chunk, variable)) {
  if (!weighted.empty()) weights = numbers_of(chunk, weighted);
  std::vector<bool> out(chunk.rows);
  bool any_out = false;
  const auto leave_out_missing = [&](const std::vector<double>& numbers) {
    for (std::size_t i = 0; i < chunk.rows; ++i)
      if (std::isnan(numbers[i])) out[i] = true;
  };
  leave_out_missing(values);
  for (std::size_t a = 0; a < also.size(); ++a) {
    auto numbers = numbers_of(chunk, also[a]);
    leave_out_missing(numbers);
    if (a == 0) others = std::move(numbers);
  }
  if (!weighted.empty()) leave_out_missing(weights);
  for (std::size_t i = 0; i < chunk.rows; ++i) {
    missing += out[i];
    if (!weights.empty() && weights[i] == 0) out[i] = true;
    any_out |= out[i];
    if (!out[i] && !weights.empty()) lowest_weight = std::min(lowest_weight, weights[i]);
  }
  if (!any_out) return;
  leave_out(values, out);
  if (!others.empty()) leave_out(others, out);
  if (!weights.empty()) leave_out(weights, out);
}

}  // namespace insitu
