#include "algorithms/scored_rows.hpp"

#include <algorithm>
#include <cmath>

#include "algorithms/numbers_of.hpp"
#include "base/error.hpp"
#include "base/number_text.hpp"
#include "base/plausible_counts.hpp"

namespace insitu {

ScoredRows::ScoredRows(const Chunk& chunk, const std::string& actual,
                       const std::vector<std::string>& names)
    : outcomes(numbers_of(chunk, actual)) {
  for (const auto& name : names) scores.push_back(numbers_of(chunk, name));
  std::vector<bool> out(chunk.rows);
  for (std::size_t i = 0; i < chunk.rows; ++i) {
    bool gap = std::isnan(outcomes[i]);
    for (const auto& values : scores) gap |= std::isnan(values[i]);
    out[i] = gap;
    missing += gap;
  }
  if (missing == 0) return;
  leave_out(outcomes, out);
  for (auto& values : scores) leave_out(values, out);
}

std::vector<std::string> variables_of(const std::string& actual,
                                      const std::vector<std::string>& scores) {
  std::vector<std::string> names{actual};
  for (const auto& score : scores)
    if (std::ranges::find(names, score) == names.end()) names.push_back(score);
  return names;
}

void OutcomeCounts::add(const ScoredRows& scored) {
  missing_rows += scored.missing;
  rows += static_cast<std::int64_t>(scored.outcomes.size());
  for (const double y : scored.outcomes) {
    positives += y == 1;
    if (y == 0 || y == 1) continue;
    ++strange_rows;
    strange = std::min(strange, y);
  }
}

bool OutcomeCounts::plausible() const {
  return plausible_counts({rows, missing_rows, positives, strange_rows}) && positives <= rows;
}

void OutcomeCounts::merge(const OutcomeCounts& next) {
  rows += next.rows;
  missing_rows += next.missing_rows;
  positives += next.positives;
  strange_rows += next.strange_rows;
  strange = std::min(strange, next.strange);
}

void OutcomeCounts::require_outcomes(const std::string& actual) const {
  if (rows == 0)
    throw DataError("no rows without missing values in the outcome and the scores are left");
  if (strange_rows > 0)
    throw DataError("the outcome '" + actual +
                    "' must be logical, 0 and 1, or a factor of two levels: it is " +
                    number_text(strange) + (strange_rows > 1 ? " or another value in " : " in ") +
                    std::to_string(strange_rows) + (strange_rows > 1 ? " rows" : " row"));
}

void OutcomeCounts::require_both(const std::string& actual) const {
  require_outcomes(actual);
  if (positives == 0 || positives == rows)
    throw DataError("the outcome '" + actual + "' is " + (positives == 0 ? "0" : "1") +
                    " in all rows: there is nothing to tell apart");
}

void require_finite(const std::string& score, double low, double high) {
  for (const double end : {low, high})
    if (low <= high && std::isinf(end))
      throw DataError("the score '" + score + "' must be finite: it is " +
                      (end > 0 ? "Inf" : "-Inf") + " in a row");
}

}  // namespace insitu
