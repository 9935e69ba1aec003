#pragma once
// The exact area under the ROC curve: the share of pairs of a positive and a negative row in which
// the positive one has the higher score, ties by half (the statistic of Mann and Whitney). A pass
// keeps the lowest kMostKept distinct scores with their counts; the next one goes on behind them,
// so memory is bounded and passes are (distinct scores) / kMostKept. Counts are whole.
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "algorithms/scored_rows.hpp"
#include "analysis/analysis.hpp"

namespace insitu {

/// Rows of one score.
struct RankEntry {
  double score = 0;
  std::int64_t positives = 0, negatives = 0;
  static constexpr auto fields =
      std::tuple{&RankEntry::score, &RankEntry::positives, &RankEntry::negatives};
};

/// The lowest scores of some rows: all that lie below `end`, in any order, some of them twice.
struct RankTable {
  std::vector<RankEntry> entries;
  double end = std::numeric_limits<double>::infinity();
  static constexpr auto fields = std::tuple{&RankTable::entries, &RankTable::end};

  void merge(const RankTable& next);
  void add(double score, bool positive) {
    if (score < end) entries.push_back({score, positive, !positive});
  }
  /// Sorts, unites and keeps kMostKept entries where there are too many.
  void bound();
  /// The entries by score, each once.
  void sort_and_unite();

  static constexpr std::size_t kMostKept = std::size_t{1} << 20;
};

struct RankCounts {
  static constexpr std::string_view name = "rank_counts";
  static constexpr std::string_view meaning = "outcomes by rank of the predictions";

  struct State {
    std::vector<RankTable> scores;
    OutcomeCounts counts;
    static constexpr auto fields = std::tuple{&State::scores, &State::counts};
    void merge(const State& next);
  };

  std::string actual;
  std::vector<std::string> scores;
  std::vector<double> from = {};       ///< by score: those below were counted by passes before
  std::vector<double> pairs = {};      ///< by score: pairs in order so far
  std::vector<double> negatives = {};  ///< by score: negative rows so far
  static constexpr auto fields =
      std::tuple{&RankCounts::actual, &RankCounts::scores, &RankCounts::from, &RankCounts::pairs,
                 &RankCounts::negatives};

  std::vector<std::string> variables() const;
  State init() const;
  /// Throws DataError for a state of other scores.
  void check(const State&) const;
  void accumulate(State&, const Chunk&) const;
  /// True where scores are left. Throws DataError for other outcomes, where one does not occur, and
  /// for scores that are not finite.
  bool update(const State&);
  /// By score, from 0 to 1. REQUIRES: `update` has seen the state.
  std::vector<double> finalize(const State&) const;
};

}  // namespace insitu
