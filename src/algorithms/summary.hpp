#pragma once
// rxSummary: statistics of numeric terms, counts of factor terms, statistics by category of their
// products. One pass.
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "algorithms/cell_table.hpp"
#include "algorithms/moments.hpp"
#include "analysis/aggregates.hpp"
#include "analysis/analysis.hpp"
#include "formula/model/model_frame.hpp"

namespace insitu {

/// Statistics of one variable; NaN where there is nothing to tell.
struct Statistics {
  double mean = 0, std_dev = 0, low = 0, high = 0, sum = 0;
  std::int64_t valid = 0, missing = 0;    ///< rows
  double weight = 0, missing_weight = 0;  ///< sums of weights
};

struct SummaryResult {
  struct Term {
    bool numeric = false, categorical = false;
    Statistics all;  ///< numbers: over all cells; factors alone: only valid, missing and weights
    std::vector<Statistics> cells;  ///< numbers by category; first factor fastest
    std::vector<double> counts;  ///< factors alone: rows, or sums of weights; first factor fastest
  };
  std::int64_t rows = 0;  ///< rows that took part
  std::int64_t missing_rows =
      0;  ///< rows left out because a variable of any term is missing (unless by_term)
  std::vector<Term> terms;
};

struct Summary {
  static constexpr std::string_view name = "summary";
  static constexpr std::string_view meaning = "moments, extremes and counts of the variables";

  ModelFrame frame;     ///< terms and weights; no responses
  bool by_term = true;  ///< missing values count per term, else a row must be complete in all
  static constexpr auto fields = std::tuple{&Summary::frame, &Summary::by_term};

  struct TermState {
    CellTable<Moments> cells;        ///< of a term with numbers
    CellTable<std::int64_t> counts;  ///< of factors alone: rows,
    CellTable<double> weights;       ///< or sums of weights
    std::int64_t valid = 0;          ///< rows of factors alone
    MissingValues missing;
    static constexpr auto fields =
        std::tuple{&TermState::cells, &TermState::counts, &TermState::weights, &TermState::valid,
                   &TermState::missing};
  };
  struct State {
    std::int64_t rows = 0, missing_rows = 0;
    std::vector<TermState> terms;
    static constexpr auto fields = std::tuple{&State::rows, &State::missing_rows, &State::terms};
    void merge(const State& next);
  };

  std::vector<std::string> variables() const { return frame.source_columns(); }
  State init() const;
  /// Throws DataError for a state that is not of this summary: sizes, or counts that cannot be.
  void check(const State&) const;
  void accumulate(State&, const Chunk&) const;
  State aggregated(const AskAggregates&) const;
  SummaryResult finalize(const State&) const;
};

/// The formula as rxSummary reads it: `y ~ f` is `~ y:f` (the response times the first term), "."
/// is all variables of the schema that are not character. Throws InvalidArgument for several
/// responses and for a formula without terms.
Formula summary_formula(const Formula&, const Schema&);

}  // namespace insitu
