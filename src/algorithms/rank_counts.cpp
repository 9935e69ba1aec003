#include "algorithms/rank_counts.hpp"

#include <algorithm>
#include <cmath>

#include "base/error.hpp"
#include "base/plausible_counts.hpp"

namespace insitu {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

}  // namespace

void RankTable::sort_and_unite() {
  std::ranges::sort(entries, {}, &RankEntry::score);
  std::size_t kept = 0;
  for (const auto& entry : entries) {
    if (kept > 0 && entries[kept - 1].score == entry.score) {
      entries[kept - 1].positives += entry.positives;
      entries[kept - 1].negatives += entry.negatives;
    } else {
      entries[kept++] = entry;
    }
  }
  entries.resize(kept);
}

void RankTable::bound() {
  if (entries.size() <= 2 * kMostKept) return;
  sort_and_unite();
  if (entries.size() <= kMostKept) return;
  end = entries[kMostKept].score;
  entries.resize(kMostKept);
}

void RankTable::merge(const RankTable& next) {
  if (next.end < end) {
    end = next.end;
    std::erase_if(entries, [&](const RankEntry& entry) { return entry.score >= end; });
  }
  for (const auto& entry : next.entries)
    if (entry.score < end) entries.push_back(entry);
  bound();
}

void RankCounts::State::merge(const State& next) {
  for (std::size_t s = 0; s < scores.size(); ++s) scores[s].merge(next.scores[s]);
  counts.merge(next.counts);
}

std::vector<std::string> RankCounts::variables() const { return variables_of(actual, scores); }

RankCounts::State RankCounts::init() const {
  if (from.size() != pairs.size() || from.size() != negatives.size() ||
      (!from.empty() && from.size() != scores.size()))
    throw DataError("the counts of scores contradict themselves");
  State state;
  state.scores.resize(scores.size());
  return state;
}

void RankCounts::check(const State& state) const {
  bool fits = state.scores.size() == scores.size() && state.counts.plausible();
  for (const auto& table : state.scores)
    fits = fits && std::ranges::all_of(table.entries, [](const RankEntry& entry) {
             return plausible_counts({entry.positives, entry.negatives});
           });
  if (!fits) throw DataError("the state is one of other scores");
}

void RankCounts::accumulate(State& state, const Chunk& chunk) const {
  const ScoredRows rows(chunk, actual, scores);
  state.counts.add(rows);
  for (std::size_t s = 0; s < scores.size(); ++s) {
    auto& table = state.scores[s];
    const double begin = from.empty() ? -kInfinity : from[s];
    for (std::size_t i = 0; i < rows.outcomes.size(); ++i) {
      const double score = rows.scores[s][i];
      // Scores of a part that was counted before, and infinite ones, which `roc` has refused.
      if (score >= begin && std::isfinite(score)) table.add(score, rows.outcomes[i] == 1);
    }
    table.bound();
  }
}

bool RankCounts::update(const State& state) {
  state.counts.require_both(actual);
  if (from.empty()) {
    from.assign(scores.size(), -kInfinity);
    pairs.assign(scores.size(), 0);
    negatives.assign(scores.size(), 0);
  }
  bool more = false;
  for (std::size_t s = 0; s < scores.size(); ++s) {
    auto table = state.scores[s];
    table.sort_and_unite();
    for (const auto& entry : table.entries) {
      const auto below = negatives[s] + static_cast<double>(entry.negatives) / 2;
      pairs[s] += static_cast<double>(entry.positives) * below;
      negatives[s] += static_cast<double>(entry.negatives);
    }
    from[s] = table.end;
    more |= std::isfinite(table.end);
  }
  return more;
}

std::vector<double> RankCounts::finalize(const State& state) const {
  const auto positives = static_cast<double>(state.counts.positives);
  const auto others = static_cast<double>(state.counts.rows) - positives;
  std::vector<double> areas;
  for (const double each : pairs) areas.push_back(each / (positives * others));
  return areas;
}

}  // namespace insitu
