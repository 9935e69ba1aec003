#include "methods/evaluation.hpp"

#include <algorithm>

#include "algorithms/exact_quantiles.hpp"
#include "algorithms/scored_rows.hpp"
#include "base/error.hpp"
#include "base/named.hpp"

namespace insitu {

void require_count(const char* key, std::int64_t value, std::int64_t most) {
  if (value < 1 || value > most)
    throw InvalidArgument(named(key) + " must be a whole number from 1 to " + std::to_string(most) +
                          ", not " + std::to_string(value));
}

void require_numbers(const Schema& schema, const char* key, const std::string& name) {
  const auto type = schema.field(name).type;
  if (is_numeric(type)) return;
  throw InvalidArgument(named(key) + ": '" + name + "' is " +
                        (type == Type::kString ? "character" : "a factor") +
                        "; name a variable that holds numbers");
}

std::shared_ptr<const DataSource> scored_rows(const EvaluationOptions& o, Scope& scope) {
  if (o.actual.empty())
    throw InvalidArgument("`actualVarName` is missing: name the variable of the outcomes"_named);
  if (o.scores.empty())
    throw InvalidArgument("no predictions to be judged: give `predVarNames`"_named);
  const auto& schema = *scope.source()->schema();
  for (std::size_t i = 0; i < o.scores.size(); ++i) {
    require_numbers(schema, "predVarNames", o.scores[i]);
    if (std::find(o.scores.begin(), o.scores.begin() + static_cast<std::ptrdiff_t>(i),
                  o.scores[i]) != o.scores.begin() + static_cast<std::ptrdiff_t>(i))
      throw InvalidArgument("`predVarNames`: '"_named + o.scores[i] + "' is named twice");
  }
  if (schema.field(o.actual).type == Type::kString)
    throw InvalidArgument(
        "`actualVarName`: '"_named + o.actual +
        "' is character: make it a factor of two levels with `colInfo`, or compare it in "
        "`transforms`"_named);
  const auto source = scope.with_levels({o.actual});
  const auto& field = source->schema()->field(o.actual);
  if (field.levels && field.levels->size() != 2)
    throw InvalidArgument("`actualVarName`: '"_named + o.actual + "' has " +
                          std::to_string(field.levels->size()) +
                          " levels: an outcome has two; compare it in `transforms`"_named);
  return source;
}

std::vector<std::vector<double>> edges_of_equal_groups(const EvaluationOptions& o, Scope& scope,
                                                       const DataSource& rows,
                                                       std::int64_t groups) {
  std::vector<double> probabilities;
  for (std::int64_t k = 1; k < groups; ++k)
    probabilities.push_back(static_cast<double>(k) / static_cast<double>(groups));
  std::vector<std::vector<double>> edges(o.scores.size());
  if (probabilities.empty()) return edges;
  for (std::size_t s = 0; s < o.scores.size(); ++s) {
    auto analysis = ExactQuantiles::of(o.scores[s], probabilities);
    analysis.needed = variables_of(o.actual, o.scores);
    edges[s] = scope.compute(std::move(analysis), rows).values;
    const auto repeated = std::ranges::unique(edges[s]);
    edges[s].erase(repeated.begin(), repeated.end());
  }
  return edges;
}

}  // namespace insitu
