#pragma once
// Outcomes by groups of scores: what lift and calibration tables are made of. One pass.
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "algorithms/scored_rows.hpp"
#include "analysis/analysis.hpp"

namespace insitu {

/// The rows of one group of a score.
struct ScoreGroup {
  std::int64_t rows = 0, positives = 0;
  double sum = 0;      ///< of the scores
  double squares = 0;  ///< of outcome - score
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();
  static constexpr auto fields =
      std::tuple{&ScoreGroup::rows,    &ScoreGroup::positives, &ScoreGroup::sum,
                 &ScoreGroup::squares, &ScoreGroup::low,       &ScoreGroup::high};
  void merge(const ScoreGroup& next);
};

struct ScoreGroupsResult {
  std::vector<std::vector<ScoreGroup>> groups;  ///< by score, from low to high; some without rows
  OutcomeCounts counts;
};

/// Group k of a score holds what lies above edge k - 1 and not above edge k; equal scores are in
/// one group. Rows with any missing value are left out.
struct ScoreGroups {
  static constexpr std::string_view name = "score_groups";
  static constexpr std::string_view meaning = "outcomes by groups of the predictions";

  struct State {
    std::vector<std::vector<ScoreGroup>> groups;
    OutcomeCounts counts;
    static constexpr auto fields = std::tuple{&State::groups, &State::counts};
    void merge(const State& next);
  };

  std::string actual;
  std::vector<std::string> scores;
  std::vector<std::vector<double>> edges;  ///< by score, ascending
  static constexpr auto fields =
      std::tuple{&ScoreGroups::actual, &ScoreGroups::scores, &ScoreGroups::edges};

  std::vector<std::string> variables() const;
  /// Throws DataError for options that contradict themselves.
  State init() const;
  /// Throws DataError for a state of other groups.
  void check(const State&) const;
  void accumulate(State&, const Chunk&) const;
  /// Throws DataError for other outcomes than 0 and 1, without rows, and for scores that are not
  /// finite.
  ScoreGroupsResult finalize(const State&) const;
};

}  // namespace insitu
