#pragma once
// What judging predictions reads: an outcome of two values and scores, in rows without missing
// values.
#include <cstdint>
#include <limits>
#include <string>
#include <tuple>
#include <vector>

#include "data/chunk.hpp"

namespace insitu {

/// The complete rows of a chunk: a row with a missing value in any of the columns is left out.
struct ScoredRows {
  /// Throws DataError for a column that is a text.
  ScoredRows(const Chunk&, const std::string& actual, const std::vector<std::string>& scores);

  std::vector<double> outcomes;             ///< as they are: OutcomeCounts says whether they can be
  std::vector<std::vector<double>> scores;  ///< by score: one for each outcome
  std::int64_t missing = 0;                 ///< rows left out
};

/// The columns, each once.
std::vector<std::string> variables_of(const std::string& actual,
                                      const std::vector<std::string>& scores);

/// Rows by outcome.
struct OutcomeCounts {
  std::int64_t rows = 0, missing_rows = 0, positives = 0;
  std::int64_t strange_rows = 0;                             ///< of other outcomes than 0 and 1
  double strange = std::numeric_limits<double>::infinity();  ///< the lowest of them
  static constexpr auto fields =
      std::tuple{&OutcomeCounts::rows, &OutcomeCounts::missing_rows, &OutcomeCounts::positives,
                 &OutcomeCounts::strange_rows, &OutcomeCounts::strange};

  void add(const ScoredRows&);
  void merge(const OutcomeCounts& next);
  /// For bytes from outside: whether rows can have been counted so.
  bool plausible() const;
  /// Throws DataError unless there are rows and all outcomes are 0 or 1.
  void require_outcomes(const std::string& actual) const;
  /// Throws DataError unless both occur, too.
  void require_both(const std::string& actual) const;
};

/// Throws DataError unless the ends of a score are finite. Rows of none: low > high.
void require_finite(const std::string& score, double low, double high);

}  // namespace insitu
