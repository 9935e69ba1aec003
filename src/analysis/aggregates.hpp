#pragma once
// A pass told as aggregates, so that a server which holds the rows can compute its state: which
// values of a row are summed, over which rows, by which cells. An analysis lists these and makes
// its state of the answers; how a server is asked is the business of whoever asks.
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace insitu {

/// One variable of a row.
struct RowVariable {
  enum class Kind : std::uint8_t {
    kNumber,  ///< a column of numbers, or an expression; what is not finite in one is missing
    kLevels,  ///< the position of a factor's, or a text's, label in `levels`; else missing
    kRange,   ///< of a number: level i holds [low + i, low + i + 1)
  };
  Kind kind = Kind::kNumber;
  std::string text;  ///< a column (in backticks where needed) or an expression
  bool expression = false;
  std::vector<std::string> levels;
  bool unknown_is_error = true;  ///< a label that is not among them; else it is missing
  std::int32_t others = -1;      ///< code of what lies outside: -1 missing
  double low = 0, high = 0;      ///< of a range, whole: values in [low, high + 1)
};

/// A product of number variables, counted from a centre.
struct RowValue {
  std::vector<std::uint32_t> factors;  ///< positions among the variables; empty: 1
  enum class Centre : std::uint8_t {
    kNone,
    kGiven,
    kMean,      ///< the (weighted) mean of the rows; told by the answer
    kCellMean,  ///< that of the rows of the same cell
  };
  Centre from = Centre::kNone;
  double centre = 0;
  bool whole = false;  ///< one variable of 64-bit whole numbers: differences are exact
};

/// What is summed. Rows where a value is missing are left out of it.
struct RowSum {
  enum class Of : std::uint8_t {
    kCount,   ///< rows in which all values are there
    kSum,     ///< of the product of the values
    kLow,     ///< the smallest value
    kHigh,    ///< the largest value
    kCentre,  ///< what the one value is counted from
  };
  Of of = Of::kSum;
  std::vector<std::uint32_t> values;  ///< positions among the values; empty: 1
  bool weighted = false;              ///< each row counts by its weight (kSum)
  /// Rows whose weight is missing are left out; with `nonzero` those of weight 0, too.
  bool with_weight = false, nonzero = false;
  bool missing = false;  ///< instead, rows in which a value is missing (kCount, kSum of weights)
};

/// One question: sums over rows by cells of categorical variables.
struct AggregateQuestion {
  /// Columns that are computed first, in order, each by a portable expression.
  std::vector<std::pair<std::string, std::string>> computed;
  std::vector<RowVariable> variables;
  std::string weight;            ///< column of the weights; "": none
  bool whole_weights = false;    ///< weights are counts
  bool complete = false;         ///< only rows in which all variables and the weight are there
  bool distinct_labels = false;  ///< `by` are labels as they are: answers have texts
  std::vector<std::uint32_t> by;
  std::vector<RowValue> values;
  std::vector<RowSum> sums;
};

/// The answer: one cell for each combination of `by` that rows have (one where there is no `by`).
struct AggregateAnswer {
  struct Cell {
    std::vector<std::int32_t> codes;   ///< of `by`; negative where missing
    std::vector<std::string> labels;   ///< instead, of distinct labels that are there
    std::vector<double> sums;          ///< NaN where no row counted
    std::vector<std::int64_t> counts;  ///< the same where a sum is a count
    std::int64_t rows = 0;             ///< rows of the cell
  };
  std::vector<Cell> cells;
  std::int64_t all_rows = 0;     ///< of a question for complete rows: rows with those left out
  std::int64_t bad_weights = 0;  ///< rows whose weight is negative, infinite or no count
};

/// Asks. Throws Unsupported for what the server cannot be asked, DataError where it fails.
using AskAggregates = std::function<AggregateAnswer(const AggregateQuestion&)>;

}  // namespace insitu
