#pragma once
// How well scores tell two outcomes apart (rxRoc): counts of rows by thresholds, for several scores
// in one pass. Counts are whole, so they depend on nothing but the rows.
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "algorithms/scored_rows.hpp"
#include "analysis/analysis.hpp"

namespace insitu {

/// Rows by how many of n thresholds their score reaches, from 0 to n.
struct ScoreCounts {
  std::vector<std::int64_t> positives, negatives;  ///< n + 1 each
  double low = 0, high = 0;                        ///< of the scores; low > high: no rows
  static constexpr auto fields = std::tuple{&ScoreCounts::positives, &ScoreCounts::negatives,
                                            &ScoreCounts::low, &ScoreCounts::high};
  void merge(const ScoreCounts& next);
};

/// One score at one threshold.
struct RocPoint {
  std::size_t score = 0;  ///< its position among the scores
  double threshold = 0, sensitivity = 0, specificity = 0;
};

struct RocResult {
  std::vector<RocPoint> points;  ///< by score, thresholds ascending
  OutcomeCounts counts;
};

/// The area under the curve of the points of one score, which go on to (0, 0) and (1, 1):
/// trapezoids.
double area_under(const std::vector<RocPoint>&, std::size_t score);

/// A row counts as predicted positive at a threshold that its score reaches (>=), so the lowest
/// threshold has sensitivity 1. Thresholds of a score: `breaks` + 1 from 0 to 1 in equal steps, or
/// from the lowest to the highest score where one lies outside. Rows with any missing value are
/// left out.
struct Roc {
  static constexpr std::string_view name = "roc";
  static constexpr std::string_view meaning = "outcomes by thresholds of the predictions";

  struct State {
    std::vector<ScoreCounts> scores;
    OutcomeCounts counts;
    static constexpr auto fields = std::tuple{&State::scores, &State::counts};
    void merge(const State& next);
  };

  std::string actual;               ///< logical, 0 and 1, or the codes of a factor of two levels
  std::vector<std::string> scores;  ///< numbers
  std::int64_t breaks = 100;
  std::vector<double> lows, highs;  ///< ends of the thresholds by score; empty: 0 and 1
  static constexpr auto fields =
      std::tuple{&Roc::actual, &Roc::scores, &Roc::breaks, &Roc::lows, &Roc::highs};

  std::vector<std::string> variables() const;
  /// Throws DataError for options that contradict themselves.
  State init() const;
  /// Throws DataError for a state of other scores or thresholds.
  void check(const State&) const;
  void accumulate(State&, const Chunk&) const;
  /// True where scores lie outside 0 and 1: the rows are counted again. Throws DataError for other
  /// outcomes, where one does not occur, and for scores that are not finite.
  bool update(const State&);
  /// REQUIRES: `update` has seen the state.
  RocResult finalize(const State&) const;

  static constexpr std::int64_t kMostBreaks = 1'000'000;

 private:
  double low(std::size_t score) const { return lows.empty() ? 0 : lows[score]; }
  double high(std::size_t score) const { return highs.empty() ? 1 : highs[score]; }
  double threshold(std::size_t score, std::int64_t k) const;  ///< k from 0 to breaks
  std::size_t reached(std::size_t score, double value) const;
};

}  // namespace insitu
