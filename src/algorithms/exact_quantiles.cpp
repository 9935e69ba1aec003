#include "algorithms/exact_quantiles.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "algorithms/weighted_values.hpp"
#include "base/error.hpp"
#include "base/plausible_counts.hpp"

namespace insitu {

namespace {

constexpr std::int64_t kStepBits = 16;
constexpr std::size_t kCells = std::size_t{1} << kStepBits;
constexpr std::size_t kMostRanges = 64;  // of one pass: 32 MiB
constexpr std::uint64_t kSign = std::uint64_t{1} << 63;

/// A number's bits as a whole number in the order of numbers; 0 and -0 are one.
std::uint64_t key_of(double value) {
  const auto bits = std::bit_cast<std::uint64_t>(value + 0.0);
  return bits & kSign ? ~bits : bits | kSign;
}

double value_of(std::uint64_t key) {
  return std::bit_cast<double>(key & kSign ? key & ~kSign : ~key);
}

/// The first `bits` of a key.
std::uint64_t front(std::uint64_t key, std::int64_t bits) {
  return bits == 0 ? 0 : key >> (64 - bits);
}

}  // namespace

void ExactQuantiles::State::merge(const State& next) {
  rows += next.rows;
  missing_rows += next.missing_rows;
  weight += next.weight;
  lowest_weight = std::min(lowest_weight, next.lowest_weight);
  for (std::size_t r = 0; r < ranges.size(); ++r) {
    auto& range = ranges[r];
    const auto& other = next.ranges[r];
    range.lowest = std::min(range.lowest, other.lowest);
    range.highest = std::max(range.highest, other.highest);
    if (other.counts.empty()) continue;
    if (range.counts.empty()) {
      range.counts = other.counts;
      continue;
    }
    for (std::size_t k = 0; k < kCells; ++k) range.counts[k] += other.counts[k];
  }
}

ExactQuantiles ExactQuantiles::of(std::string variable, const std::vector<double>& probabilities) {
  ExactQuantiles analysis;
  analysis.variable = std::move(variable);
  for (const double each : probabilities) analysis.wanted.push_back({.probability = each});
  return analysis;
}

std::vector<std::string> ExactQuantiles::variables() const {
  std::vector<std::string> names{variable};
  for (const auto& each : needed)
    if (std::ranges::find(names, each) == names.end()) names.push_back(each);
  if (!weights.empty() && std::ranges::find(names, weights) == names.end())
    names.push_back(weights);
  return names;
}

ExactQuantiles::State ExactQuantiles::init() const {
  State state;
  for (const auto& each : wanted) {
    if (each.bits < 0 || each.bits > 64 - kStepBits || each.bits % kStepBits != 0)
      throw DataError("the ranges of quantiles contradict themselves");
    const auto same = [&](const QuantileRange& range) {
      return range.prefix == each.prefix && range.bits == each.bits;
    };
    if (!each.found && state.ranges.size() < kMostRanges &&
        std::ranges::none_of(state.ranges, same))
      state.ranges.push_back({.prefix = each.prefix, .bits = each.bits, .counts = {}});
  }
  return state;
}

void ExactQuantiles::check(const State& state) const {
  const auto expected = init();
  bool fits = state.ranges.size() == expected.ranges.size() &&
              plausible_counts({state.rows, state.missing_rows});
  for (std::size_t r = 0; fits && r < state.ranges.size(); ++r) {
    const auto& range = state.ranges[r];
    fits = range.prefix == expected.ranges[r].prefix && range.bits == expected.ranges[r].bits &&
           (range.counts.empty() || range.counts.size() == kCells);
  }
  if (!fits) throw DataError("the state is one of other quantiles");
}

void ExactQuantiles::accumulate(State& state, const Chunk& chunk) const {
  const WeightedValues rows(chunk, variable, needed, weights);
  state.missing_rows += rows.missing;
  state.rows += static_cast<std::int64_t>(rows.values.size());
  state.lowest_weight = std::min(state.lowest_weight, rows.lowest_weight);
  std::vector<std::uint64_t> keys(rows.values.size());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    keys[i] = key_of(rows.values[i]);
    state.weight += rows.weight(i);
  }
  for (auto& range : state.ranges) {
    const auto shift = 64 - kStepBits - range.bits;
    for (std::size_t i = 0; i < keys.size(); ++i) {
      const auto key = keys[i];
      if (front(key, range.bits) != range.prefix) continue;
      if (range.counts.empty()) range.counts.resize(kCells);
      range.counts[static_cast<std::size_t>(key >> shift & (kCells - 1))] += rows.weight(i);
      range.lowest = std::min(range.lowest, key);
      range.highest = std::max(range.highest, key);
    }
  }
}

bool ExactQuantiles::update(const State& state) {
  if (state.lowest_weight < 0)
    throw DataError("the weights '" + weights + "' must not be negative");
  bool more = false;
  for (auto& each : wanted) {
    if (each.found) continue;
    const auto at = std::ranges::find_if(state.ranges, [&](const QuantileRange& r) {
      return r.prefix == each.prefix && r.bits == each.bits;
    });
    if (at == state.ranges.end()) {  // a pass after this one
      more = true;
      continue;
    }
    const auto& range = *at;
    if (range.counts.empty()) {
      each.found = true;
      each.value = std::nan("");
      continue;
    }
    const double exact = each.probability * state.weight;
    const double target = exact - 4 * std::numeric_limits<double>::epsilon() * exact;
    // The last cell with weight stands where sums of weights have been rounded.
    std::size_t cell = 0;
    double below = each.below, below_cell = each.below;
    for (std::size_t k = 0; k < kCells; ++k) {
      if (range.counts[k] == 0) continue;
      cell = k;
      below_cell = below;
      below += range.counts[k];
      if (below >= target) break;
    }
    each.below = below_cell;
    each.prefix = each.prefix << kStepBits | cell;
    each.bits += kStepBits;
    if (range.lowest == range.highest || each.bits == 64) {
      each.found = true;
      each.value = value_of(range.lowest == range.highest ? range.lowest : each.prefix);
      each.bits = 0;
    }
    more |= !each.found;
  }
  return more;
}

QuantileValues ExactQuantiles::finalize(const State& state) const {
  QuantileValues result;
  for (const auto& each : wanted) result.values.push_back(each.value);
  result.rows = state.rows;
  result.missing_rows = state.missing_rows;
  result.weight = state.weight;
  return result;
}

}  // namespace insitu
