#pragma once
// What the methods that judge predictions share: the names of outcome and scores, and the rows.
#include <memory>
#include <string>
#include <vector>

#include "methods/keys.hpp"
#include "methods/scope.hpp"

namespace insitu {

struct EvaluationOptions {
  std::string actual;
  std::vector<std::string> scores;
};

template <class Owner>
OptionKeys evaluation_keys() {
  return {
      option_of<Owner>("actualVarName", &Owner::actual,
                       "Name of the variable that holds the outcomes: logical, 0 and 1, or a "
                       "factor of two levels, the second of which counts as 1.",
                       {.command = "--actual"}, OptionKind::kVariable),
      option_of<Owner>("predVarNames", &Owner::scores,
                       "Names of the variables that hold the predictions to be judged: numbers.",
                       {.command = "--predictions"})};
}

inline constexpr std::int64_t kMostGroups = 10'000;

/// The rows. Throws InvalidArgument for names that are missing, unknown or given twice, and for
/// variables that cannot be outcomes or scores.
std::shared_ptr<const DataSource> scored_rows(const EvaluationOptions&, Scope&);

/// By score the edges between at most `groups` groups of as many rows each, as far as equal scores,
/// which stay together, allow. Exact; four passes a score.
std::vector<std::vector<double>> edges_of_equal_groups(const EvaluationOptions&, Scope&,
                                                       const DataSource& rows, std::int64_t groups);

/// Throws InvalidArgument unless the variable holds numbers; `key`: the option that names it.
void require_numbers(const Schema&, const char* key, const std::string& name);

/// Throws InvalidArgument unless 1 <= value <= most.
void require_count(const char* key, std::int64_t value, std::int64_t most);

}  // namespace insitu
