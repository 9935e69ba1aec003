#include "algorithms/bin_counts.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "base/error.hpp"
#include "base/plausible_counts.hpp"
#include "base/pretty.hpp"

namespace insitu {

namespace {

bool is_whole(double value) {
  return std::abs(value) <= BinCounts::kLastWhole && value == std::round(value);
}

/// The rule of Sturges: as many bins as a number up to `rows` has binary digits, and one more.
std::int64_t bins_for(std::int64_t rows) {
  return rows < 2 ? 1 : std::bit_width(static_cast<std::uint64_t>(rows - 1)) + 1;
}

std::vector<double> equal_breaks(double low, double high, std::int64_t bins) {
  std::vector<double> breaks;
  for (std::int64_t k = 0; k < bins; ++k)
    breaks.push_back(low + (high - low) * (static_cast<double>(k) / static_cast<double>(bins)));
  breaks.push_back(high);
  return breaks;
}

/// Around one value.
std::vector<double> breaks_around(double value) {
  const double half = value == 0 ? 0.5 : 0.5 * power_of_ten(power_below(std::abs(value)));
  return value - half < value && value < value + half ? std::vector{value - half, value + half}
                                                      : std::vector{value - 1, value + 1};
}

std::vector<double> whole_numbers(double first, double last) {
  std::vector<double> numbers;
  for (double value = first; value <= last; ++value) numbers.push_back(value);
  return numbers;
}

}  // namespace

void BinCounts::State::merge(const State& next) {
  if (counts.size() != next.counts.size())
    throw DataError("states of different histograms cannot be merged");
  for (std::size_t k = 0; k < counts.size(); ++k) counts[k] += next.counts[k];
  rows += next.rows;
  missing_rows += next.missing_rows;
  outside_rows += next.outside_rows;
  odd_rows += next.odd_rows;
  low = std::min(low, next.low);
  high = std::max(high, next.high);
}

bool BinCounts::numeric() const {
  return std::ranges::any_of(frame.terms[0].variables,
                             [&](auto v) { return !frame.variables[v].categorical; });
}

std::size_t BinCounts::bins() const {
  if (!numeric()) return 1;
  return whole ? breaks.size() : breaks.size() - 1;
}

BinCounts::State BinCounts::init() const {
  frame.validate();
  const bool sound =
      frame.terms.size() == 1 &&
      (!counting || !numeric() ||
       (breaks.size() >= (whole ? 1U : 2U) &&
        breaks.size() <= static_cast<std::size_t>(kMostBins) + 1 &&
        std::ranges::is_sorted(breaks) && std::isfinite(breaks.front()) &&
        std::isfinite(breaks.back()) &&
        (!whole || breaks.back() - breaks.front() == static_cast<double>(breaks.size() - 1))));
  if (!sound) throw DataError("the bins of a histogram contradict themselves");
  State state;
  if (counting || !numeric()) {
    const double counts = static_cast<double>(bins()) * frame.cells(0);
    if (counts > kMostCounts)
      throw DataError("the histogram would have more than " +
                      std::to_string(static_cast<std::int64_t>(kMostCounts)) + " bars");
    state.counts.resize(bins() * frame.cells(0));
  }
  return state;
}

void BinCounts::check(const State& state) const {
  if (state.counts.size() != (counting || !numeric() ? bins() * frame.cells(0) : 0) ||
      !plausible_counts({state.rows, state.missing_rows, state.outside_rows, state.odd_rows}))
    throw DataError("the state is one of other bins");
}

std::int64_t BinCounts::bin_of(double value) const {
  const double low = breaks.front(), high = breaks.back();
  if (!(value >= low && value <= high)) return -1;
  if (whole) {
    const double place = value - low;
    return place == std::round(place) ? static_cast<std::int64_t>(place) : -1;
  }
  const auto last = static_cast<std::int64_t>(breaks.size()) - 2;
  const double part = (value - low) / (high - low) * static_cast<double>(last + 1);
  auto bin = std::clamp(static_cast<std::int64_t>(part), std::int64_t{0}, last);
  // A bin has its upper end, the first one both, as those of R's hist().
  while (bin > 0 && value <= breaks[static_cast<std::size_t>(bin)]) --bin;
  while (bin < last && value > breaks[static_cast<std::size_t>(bin) + 1]) ++bin;
  return bin;
}

DataError BinCounts::values_changed() const {
  return DataError("the values of '" + frame.variables[0].name +
                   "' have changed between two passes");
}

void BinCounts::accumulate(State& state, const Chunk& chunk) const {
  const auto rows = frame.rows(chunk);
  const auto& term = rows.terms[0];
  const bool has_values = numeric();
  const auto wide = static_cast<std::int64_t>(state.counts.empty() ? 0 : bins());
  state.missing_rows += rows.missing_rows;
  for (std::size_t i = 0; i < rows.rows; ++i) {
    const double weight = rows.weights.empty() ? 1 : rows.weights[i];
    if (weight == 0) continue;  // as good as not there
    std::int64_t bin = 0;
    if (has_values) {
      const double value = term.value[i];
      if (!std::isfinite(value) || value < limits.start || value > limits.end) {
        ++state.outside_rows;
        continue;
      }
      state.low = std::min(state.low, value);
      state.high = std::max(state.high, value);
      if (!counting) {
        ++state.rows;
        state.odd_rows += !is_whole(value);
        continue;
      }
      bin = bin_of(value);
      if (bin < 0) {
        // Beyond bins that the first pass has found: other rows than those of that pass.
        if (!limits.whole) throw values_changed();
        ++state.outside_rows;
        continue;
      }
    }
    ++state.rows;
    const std::int64_t cell = term.cell.empty() ? 0 : term.cell[i];
    state.counts[static_cast<std::size_t>(has_values ? cell * wide + bin : cell)] += weight;
  }
}

bool BinCounts::update(const State& state) {
  if (counting || !numeric()) return false;
  counting = true;
  const bool empty = state.rows == 0;
  double low = std::isnan(limits.start) ? (empty ? limits.end : state.low) : limits.start;
  double high = std::isnan(limits.end) ? (empty ? low : state.high) : limits.end;
  if (std::isnan(low)) low = high;
  if (std::isnan(low)) low = high = 0;
  if (std::isinf(high - low))
    throw DataError("the values of '" + frame.variables[0].name +
                    "' are too far apart to be put in bins");
  const double first = std::ceil(low), last = std::floor(high);
  whole = limits.whole || (limits.breaks == 0 && state.odd_rows == 0 && last >= first &&
                           last - first < kMostWhole && is_whole(first) && is_whole(last));
  const bool given = !std::isnan(limits.start) || !std::isnan(limits.end) || limits.breaks > 0;
  const auto wanted = limits.breaks > 0 ? limits.breaks : bins_for(state.rows);
  if (whole)
    breaks = whole_numbers(first, last);
  else if (!(high > low))
    breaks = breaks_around(low);
  else if (given)
    breaks = equal_breaks(low, high, wanted);
  else
    breaks = pretty(low, high, static_cast<int>(wanted));
  return true;
}

BinCountsResult BinCounts::finalize(const State& state) const {
  return {breaks, whole, state.counts, state.rows, state.missing_rows, state.outside_rows};
}

}  // namespace insitu
