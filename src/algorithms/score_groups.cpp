#include "algorithms/score_groups.hpp"

#include <algorithm>
#include <cmath>

#include "base/error.hpp"
#include "base/plausible_counts.hpp"

namespace insitu {

void ScoreGroup::merge(const ScoreGroup& next) {
  rows += next.rows;
  positives += next.positives;
  sum += next.sum;
  squares += next.squares;
  low = std::min(low, next.low);
  high = std::max(high, next.high);
}

void ScoreGroups::State::merge(const State& next) {
  for (std::size_t s = 0; s < groups.size(); ++s)
    for (std::size_t g = 0; g < groups[s].size(); ++g) groups[s][g].merge(next.groups[s][g]);
  counts.merge(next.counts);
}

std::vector<std::string> ScoreGroups::variables() const { return variables_of(actual, scores); }

ScoreGroups::State ScoreGroups::init() const {
  State state;
  bool fits = edges.size() == scores.size();
  for (const auto& each : edges) {
    fits = fits && std::ranges::is_sorted(each);
    state.groups.emplace_back(each.size() + 1);
  }
  if (!fits) throw DataError("the groups of scores contradict themselves");
  return state;
}

void ScoreGroups::check(const State& state) const {
  bool fits = state.groups.size() == scores.size() && state.counts.plausible();
  for (std::size_t s = 0; fits && s < scores.size(); ++s)
    fits = state.groups[s].size() == edges[s].size() + 1 &&
           std::ranges::all_of(state.groups[s], [](const ScoreGroup& group) {
             return plausible_counts({group.rows, group.positives});
           });
  if (!fits) throw DataError("the state is one of other groups");
}

void ScoreGroups::accumulate(State& state, const Chunk& chunk) const {
  const ScoredRows rows(chunk, actual, scores);
  state.counts.add(rows);
  for (std::size_t s = 0; s < scores.size(); ++s)
    for (std::size_t i = 0; i < rows.outcomes.size(); ++i) {
      const double score = rows.scores[s][i], outcome = rows.outcomes[i];
      const auto at = std::ranges::lower_bound(edges[s], score) - edges[s].begin();
      auto& group = state.groups[s][static_cast<std::size_t>(at)];
      ++group.rows;
      group.positives += outcome == 1;
      group.sum += score;
      group.squares += (outcome - score) * (outcome - score);
      group.low = std::min(group.low, score);
      group.high = std::max(group.high, score);
    }
}

ScoreGroupsResult ScoreGroups::finalize(const State& state) const {
  state.counts.require_outcomes(actual);
  for (std::size_t s = 0; s < scores.size(); ++s)
    for (const auto& group : state.groups[s]) require_finite(scores[s], group.low, group.high);
  return {state.groups, state.counts};
}

}  // namespace insitu
