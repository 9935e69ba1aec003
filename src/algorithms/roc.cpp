#include "algorithms/roc.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.hpp"
#include "base/plausible_counts.hpp"

namespace insitu {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

void add_each(std::vector<std::int64_t>& counts, const std::vector<std::int64_t>& next) {
  for (std::size_t k = 0; k < counts.size(); ++k) counts[k] += next[k];
}

}  // namespace

void ScoreCounts::merge(const ScoreCounts& next) {
  add_each(positives, next.positives);
  add_each(negatives, next.negatives);
  low = std::min(low, next.low);
  high = std::max(high, next.high);
}

void Roc::State::merge(const State& next) {
  for (std::size_t s = 0; s < scores.size(); ++s) scores[s].merge(next.scores[s]);
  counts.merge(next.counts);
}

double area_under(const std::vector<RocPoint>& points, std::size_t score) {
  double area = 0, x = 1, y = 1;
  for (const auto& point : points) {
    if (point.score != score) continue;
    const double next = 1 - point.specificity;
    area += (x - next) * (y + point.sensitivity) / 2;
    x = next;
    y = point.sensitivity;
  }
  return area + x * y / 2;
}

std::vector<std::string> Roc::variables() const { return variables_of(actual, scores); }

Roc::State Roc::init() const {
  if (breaks < 1 || breaks > kMostBreaks || lows.size() != highs.size() ||
      (!lows.empty() && lows.size() != scores.size()))
    throw DataError("the thresholds of a roc contradict themselves");
  State state;
  const auto bins = static_cast<std::size_t>(breaks) + 2;
  state.scores.assign(scores.size(), {std::vector<std::int64_t>(bins),
                                      std::vector<std::int64_t>(bins), kInfinity, -kInfinity});
  return state;
}

void Roc::check(const State& state) const {
  const auto bins = static_cast<std::size_t>(breaks) + 2;
  bool fits = state.scores.size() == scores.size() && state.counts.plausible();
  for (const auto& counts : state.scores)
    fits = fits && counts.positives.size() == bins && counts.negatives.size() == bins &&
           plausible_counts(counts.positives) && plausible_counts(counts.negatives);
  if (!fits) throw DataError("the state is one of other scores or thresholds");
}

double Roc::threshold(std::size_t score, std::int64_t k) const {
  if (k == breaks) return high(score);
  return low(score) +
         (high(score) - low(score)) * (static_cast<double>(k) / static_cast<double>(breaks));
}

std::size_t Roc::reached(std::size_t score, double value) const {
  if (!(value >= low(score))) return 0;
  if (value >= high(score)) return static_cast<std::size_t>(breaks) + 1;
  // A guess, and then the thresholds themselves: they are rounded, and a score may lie on one.
  const double part = (value - low(score)) / (high(score) - low(score));
  auto k = std::clamp(static_cast<std::int64_t>(part * static_cast<double>(breaks)),
                      std::int64_t{0}, breaks - 1);
  while (k > 0 && value < threshold(score, k)) --k;
  while (k + 1 < breaks && value >= threshold(score, k + 1)) ++k;
  return static_cast<std::size_t>(k) + 1;
}

void Roc::accumulate(State& state, const Chunk& chunk) const {
  const ScoredRows rows(chunk, actual, scores);
  state.counts.add(rows);
  for (std::size_t s = 0; s < scores.size(); ++s) {
    auto& counts = state.scores[s];
    for (std::size_t i = 0; i < rows.outcomes.size(); ++i) {
      const double value = rows.scores[s][i];
      counts.low = std::min(counts.low, value);
      counts.high = std::max(counts.high, value);
      ++(rows.outcomes[i] == 1 ? counts.positives : counts.negatives)[reached(s, value)];
    }
  }
}

bool Roc::update(const State& state) {
  state.counts.require_both(actual);
  for (std::size_t s = 0; s < scores.size(); ++s)
    require_finite(scores[s], state.scores[s].low, state.scores[s].high);
  const auto within = [](const ScoreCounts& each) { return each.low >= 0 && each.high <= 1; };
  if (!lows.empty() || std::ranges::all_of(state.scores, within)) return false;
  for (const auto& each : state.scores) {
    lows.push_back(within(each) ? 0 : each.low);
    highs.push_back(within(each) ? 1 : each.high);
  }
  return true;
}

RocResult Roc::finalize(const State& state) const {
  RocResult result;
  result.counts = state.counts;
  const auto negatives = state.counts.rows - state.counts.positives;
  for (std::size_t s = 0; s < scores.size(); ++s) {
    auto hits = state.counts.positives - state.scores[s].positives[0];
    auto rejected = state.scores[s].negatives[0];
    for (std::int64_t k = 0; k <= breaks; ++k) {
      result.points.push_back(
          {s, threshold(s, k),
           static_cast<double>(hits) / static_cast<double>(state.counts.positives),
           static_cast<double>(rejected) / static_cast<double>(negatives)});
      const auto bin = static_cast<std::size_t>(k) + 1;
      hits -= state.scores[s].positives[bin];
      rejected += state.scores[s].negatives[bin];
    }
  }
  return result;
}

}  // namespace insitu
