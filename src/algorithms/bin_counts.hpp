#pragma once
// rxHistogram: how often, or with what weight, values fall into bins, or a factor has its levels,
// in each cell of other factors (the panels). One pass for the ends of the values, one to count.
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "analysis/aggregates.hpp"
#include "analysis/analysis.hpp"
#include "base/error.hpp"
#include "formula/model/model_frame.hpp"

namespace insitu {

/// How values are cut into bins.
struct BinLimits {
  /// Ends of the bins; NaN: those of the values. Values outside are not counted.
  double start = std::numeric_limits<double>::quiet_NaN();
  double end = std::numeric_limits<double>::quiet_NaN();
  std::int64_t breaks = 0;  ///< bins of equal width; 0: by the rule of Sturges
  bool whole = false;       ///< a bin for each whole number, whatever the values are
  static constexpr auto fields =
      std::tuple{&BinLimits::start, &BinLimits::end, &BinLimits::breaks, &BinLimits::whole};
};

struct BinCountsResult {
  std::vector<double> breaks;  ///< ends of the bins; of whole numbers: the numbers; factors: none
  bool whole = false;          ///< a bin for each whole number
  std::vector<double> counts;  ///< bins (or levels) fastest, then the cells
  std::int64_t rows = 0;       ///< that are in a bin
  std::int64_t missing_rows = 0;
  std::int64_t outside_rows = 0;  ///< infinite values, and those beyond start and end
};

struct BinCounts {
  static constexpr std::string_view name = "bin_counts";
  static constexpr std::string_view meaning =
      "the range of the variable, then counts by bins of it";

  struct State {
    std::vector<double> counts;  ///< empty in the first pass
    std::int64_t rows = 0, missing_rows = 0, outside_rows = 0;
    std::int64_t odd_rows = 0;  ///< no whole number; of the first pass
    double low = std::numeric_limits<double>::infinity();
    double high = -std::numeric_limits<double>::infinity();
    static constexpr auto fields =
        std::tuple{&State::counts,   &State::rows, &State::missing_rows, &State::outside_rows,
                   &State::odd_rows, &State::low,  &State::high};
    void merge(const State& next);
  };

  /// One term: the variable, numeric or the first factor, crossed with the factors of the cells.
  ModelFrame frame;
  BinLimits limits;
  bool counting = false;  ///< the second pass: the members below are set
  bool whole = false;
  std::vector<double> breaks;
  static constexpr auto fields =
      std::tuple{&BinCounts::frame, &BinCounts::limits, &BinCounts::counting, &BinCounts::whole,
                 &BinCounts::breaks};

  std::vector<std::string> variables() const { return frame.source_columns(); }
  /// Throws DataError for options that contradict themselves.
  State init() const;
  /// Throws DataError for a state of other bins.
  void check(const State&) const;
  void accumulate(State&, const Chunk&) const;
  /// True after the first pass. Throws DataError for values too far apart.
  bool update(const State&);
  BinCountsResult finalize(const State&) const;
  /// The state from sums that a server forms: counts are equal, weights up to last digits.
  State aggregated(const AskAggregates&) const;

  static constexpr std::int64_t kMostBins = 100'000;
  static constexpr double kMostCounts = 5e6;                ///< bins times cells
  static constexpr double kLastWhole = 9007199254740992.0;  ///< 2^53: behind it are gaps
  static constexpr double kMostWhole = 100;  ///< whole numbers with bins of their own

 private:
  bool numeric() const;
  std::size_t bins() const;
  std::int64_t bin_of(double value) const;
  DataError values_changed() const;
};

}  // namespace insitu
