#include "algorithms/binned_sums.hpp"

#include <algorithm>
#include <cmath>

#include "algorithms/weighted_values.hpp"
#include "base/error.hpp"
#include "base/plausible_counts.hpp"

namespace insitu {

namespace {

/// Whether a value is a whole number; `nearly`: but for what a product with `multiple` is rounded.
bool is_whole(double scaled, bool nearly) {
  const double away = std::abs(scaled - std::round(scaled));
  return std::abs(scaled) <= BinnedSums::kLastWhole &&
         away <= (nearly ? 1e-9 * std::max(1.0, std::abs(scaled)) : 0.0);
}

void add_each(std::vector<double>& sums, const std::vector<double>& next) {
  for (std::size_t k = 0; k < sums.size(); ++k) sums[k] += next[k];
}

}  // namespace

double BinnedResult::width() const {
  return whole ? 0 : (high - low) / static_cast<double>(weights.size());
}

double BinnedResult::value(std::size_t bin) const {
  return (std::round(low * multiple) + static_cast<double>(bin)) / multiple;
}

double BinnedResult::begin(std::size_t bin) const {
  if (bin >= weights.size()) return high;
  return low + (high - low) * (static_cast<double>(bin) / static_cast<double>(weights.size()));
}

void BinnedSums::State::merge(const State& next) {
  add_each(weights, next.weights);
  add_each(sums, next.sums);
  rows += next.rows;
  missing_rows += next.missing_rows;
  odd_rows += next.odd_rows;
  weight += next.weight;
  sum += next.sum;
  lowest_weight = std::min(lowest_weight, next.lowest_weight);
  lowest_other = std::min(lowest_other, next.lowest_other);
  low = std::min(low, next.low);
  high = std::max(high, next.high);
}

std::vector<std::string> BinnedSums::variables() const {
  std::vector<std::string> names{variable};
  for (const auto& each : {other, weights})
    if (!each.empty() && std::ranges::find(names, each) == names.end()) names.push_back(each);
  return names;
}

std::size_t BinnedSums::bins() const {
  if (!counting) return 0;
  if (!whole) return static_cast<std::size_t>(rule.breaks);
  return static_cast<std::size_t>(std::round(high * rule.multiple) -
                                  std::round(low * rule.multiple)) +
         1;
}

BinnedSums::State BinnedSums::init() const {
  const double range = std::round(high * rule.multiple) - std::round(low * rule.multiple);
  if (rule.breaks < 1 || rule.breaks > kMostBins || rule.most_whole > kMostBins ||
      !(rule.multiple > 0) || !std::isfinite(rule.multiple) || !std::isfinite(low) ||
      !std::isfinite(high) || low > high ||
      (whole && !(range >= 0 && range <= static_cast<double>(kMostBins))))
    throw DataError("the bins of a distribution contradict themselves");
  State state;
  state.weights.resize(bins());
  if (!other.empty()) state.sums.resize(bins());
  return state;
}

void BinnedSums::check(const State& state) const {
  if (state.weights.size() != bins() || state.sums.size() != (other.empty() ? 0 : bins()) ||
      !plausible_counts({state.rows, state.missing_rows, state.odd_rows}))
    throw DataError("the state is one of other bins");
}

std::size_t BinnedSums::bin_of(double value) const {
  if (whole)
    return static_cast<std::size_t>(std::round(value * rule.multiple) -
                                    std::round(low * rule.multiple));
  if (!(high > low)) return 0;
  const double part = (value - low) / (high - low);
  const auto bin = static_cast<std::int64_t>(part * static_cast<double>(rule.breaks));
  return static_cast<std::size_t>(std::clamp(bin, std::int64_t{0}, rule.breaks - 1));
}

DataError BinnedSums::values_changed() const {
  return DataError("the values of '" + variable + "' have changed between two passes");
}

void BinnedSums::accumulate(State& state, const Chunk& chunk) const {
  std::vector<std::string> also;
  if (!other.empty()) also.push_back(other);
  const WeightedValues rows(chunk, variable, also, weights);
  state.missing_rows += rows.missing;
  state.rows += static_cast<std::int64_t>(rows.values.size());
  state.lowest_weight = std::min(state.lowest_weight, rows.lowest_weight);
  for (std::size_t i = 0; i < rows.values.size(); ++i) {
    const double value = rows.values[i], weight = rows.weight(i);
    state.low = std::min(state.low, value);
    state.high = std::max(state.high, value);
    state.weight += weight;
    const double summed = other.empty() ? 0 : weight * rows.others[i];
    if (!other.empty()) {
      state.sum += summed;
      state.lowest_other = std::min(state.lowest_other, rows.others[i]);
    }
    if (!counting) {
      state.odd_rows += !is_whole(value * rule.multiple, rule.given_multiple);
      continue;
    }
    if (!(value >= low && value <= high))  // other rows than those of the pass before
      throw values_changed();
    const auto bin = bin_of(value);
    state.weights[bin] += weight;
    if (!other.empty()) state.sums[bin] += summed;
  }
}

bool BinnedSums::update(const State& state) {
  if (state.lowest_weight < 0)
    throw DataError("the weights '" + weights + "' must not be negative");
  if (counting || state.rows == 0) return false;
  if (std::isinf(state.low) || std::isinf(state.high))
    throw DataError("the values of '" + variable + "' must be finite: one is " +
                    (std::isinf(state.high) ? "Inf" : "-Inf"));
  if (std::isinf(state.high - state.low))
    throw DataError("the values of '" + variable + "' are too far apart to be put in bins");
  counting = true;
  low = state.low;
  high = state.high;
  const double range = std::round(high * rule.multiple) - std::round(low * rule.multiple);
  rounded = state.odd_rows > 0;
  whole =
      (state.odd_rows == 0 || rule.given_multiple) && range <= static_cast<double>(rule.most_whole);
  return true;
}

BinnedResult BinnedSums::finalize(const State& state) const {
  BinnedResult result;
  result.weights = state.weights;
  result.sums = state.sums;
  result.low = low;
  result.high = high;
  result.whole = whole;
  result.rounded = whole && rounded;
  result.multiple = rule.multiple;
  result.rows = state.rows;
  result.missing_rows = state.missing_rows;
  result.weight = state.weight;
  result.sum = state.sum;
  result.lowest_other = state.lowest_other;
  return result;
}

}  // namespace insitu
