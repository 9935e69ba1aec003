#include "capi/summary_request.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "algorithms/summary.hpp"
#include "algorithms/with_levels.hpp"
#include "base/named.hpp"
#include "base/suggest.hpp"

namespace insitu {

using nlohmann::json;

namespace {

// Every thread keeps several tables of this many categories.
constexpr std::uint32_t kMostCategories = 5'000'000;

struct Statistic {
  const char* name;         // in summaryStats and sDataFrame
  const char* in_category;  // column of "Statistics by category"; null: not there
  double (*value)(const Statistics&);
};

constexpr Statistic kMean{"Mean", "Means", [](const Statistics& s) { return s.mean; }};
constexpr Statistic kStdDev{"StdDev", "StdDev", [](const Statistics& s) { return s.std_dev; }};
constexpr Statistic kMin{"Min", "Min", [](const Statistics& s) { return s.low; }};
constexpr Statistic kMax{"Max", "Max", [](const Statistics& s) { return s.high; }};
constexpr Statistic kSum{"Sum", "Sum", [](const Statistics& s) { return s.sum; }};
constexpr Statistic kValid{"ValidObs", "ValidObs",
                           [](const Statistics& s) { return static_cast<double>(s.valid); }};
constexpr Statistic kMissing{"MissingObs", nullptr,
                             [](const Statistics& s) { return static_cast<double>(s.missing); }};
constexpr Statistic kWeight{"SumOfWeights", "SumOfWeights",
                            [](const Statistics& s) { return s.weight; }};
constexpr Statistic kMissingWeight{"MissingWeights", nullptr,
                                   [](const Statistics& s) { return s.missing_weight; }};

/// The statistics asked for, in their order. With weights sums of weights stand in for counts of
/// rows, and the other way round.
std::vector<const Statistic*> wanted_statistics(const json& request, bool weighted) {
  std::vector<std::string> names = {"Mean", "StdDev", "Min", "Max", "ValidObs", "MissingObs"};
  const auto given = request.find("summaryStats");
  if (given != request.end() && !given->is_null())
    names = given->is_string() ? std::vector<std::string>{given->get<std::string>()}
                               : given->get<std::vector<std::string>>();
  std::vector<const Statistic*> wanted;
  for (const auto& name : names) {
    const Statistic* found = nullptr;
    for (const auto* each : {&kMean, &kStdDev, &kMin, &kMax, &kSum})
      if (name == each->name) found = each;
    if (name == kValid.name || name == kWeight.name) found = weighted ? &kWeight : &kValid;
    if (name == kMissing.name || name == kMissingWeight.name)
      found = weighted ? &kMissingWeight : &kMissing;
    if (!found) {
      const std::vector<std::string> known = {"Mean", "StdDev",       "Min",
                                              "Max",  "ValidObs",     "MissingObs",
                                              "Sum",  "SumOfWeights", "MissingWeights"};
      throw InvalidArgument("`summaryStats`: unknown statistic '"_named + name + "'" +
                            did_you_mean(name, known) +
                            "; known are Mean, StdDev, Min, Max, ValidObs, MissingObs, Sum, "
                            "SumOfWeights, MissingWeights");
    }
    if (std::ranges::find(wanted, found) == wanted.end()) wanted.push_back(found);
  }
  if (wanted.empty()) throw InvalidArgument("`summaryStats`: name at least one statistic"_named);
  return wanted;
}

json number(double value) {
  if (std::isnan(value)) return nullptr;
  if (std::isinf(value)) return value > 0 ? "Inf" : "-Inf";
  if (value == std::floor(value) && std::abs(value) < 9e15) return static_cast<std::int64_t>(value);
  return value;
}

std::string text_of(const json& request, const char* key) {
  const auto found = request.find(key);
  return found == request.end() || found->is_null() ? "" : found->get<std::string>();
}

bool flag_of(const json& request, const char* key, bool otherwise) {
  const auto found = request.find(key);
  return found == request.end() || found->is_null() ? otherwise : found->get<bool>();
}

/// The factors and the numbers of a term.
struct TermParts {
  std::vector<const ModelVariable*> factors, numbers;

  TermParts(const ModelFrame& frame, std::size_t term) {
    for (const auto index : frame.terms[term].variables) {
      const auto& variable = frame.variables[index];
      (variable.categorical ? factors : numbers).push_back(&variable);
    }
  }
  /// Labels or names joined by ':'.
  static std::string joined(const std::vector<const ModelVariable*>& variables,
                            std::string ModelVariable::*which) {
    std::string text;
    for (const auto* variable : variables) text += (text.empty() ? "" : ":") + variable->*which;
    return text;
  }
};

/// Level of factor k in a cell.
std::size_t level_in_cell(const TermParts& parts, std::size_t k, std::size_t cell) {
  for (std::size_t i = 0; i < k; ++i) cell /= parts.factors[i]->levels.size();
  return cell % parts.factors[k]->levels.size();
}

/// "counts" or "stats" by category as the reply has it.
json categorical_entry(const ModelFrame& frame, std::size_t term, const SummaryResult::Term& result,
                       const std::vector<const Statistic*>& wanted, bool remove_empty) {
  const TermParts parts(frame, term);
  const auto cells = result.numeric ? result.cells.size() : result.counts.size();
  std::vector<std::size_t> shown;
  for (std::size_t cell = 0; cell < cells; ++cell)
    if (!remove_empty ||
        (result.numeric ? result.cells[cell].valid != 0 : result.counts[cell] != 0))
      shown.push_back(cell);
  json entry = {{"term", frame.terms[term].label},
                {"statistic", result.numeric ? "stats" : "counts"},
                {"valid", result.all.valid},
                {"missing", result.all.missing}};
  auto& columns = entry["columns"] = json::object();
  auto& names = entry["variables"] = json::array();
  auto& levels = entry["levels"] = json::object();
  if (result.numeric) {
    auto& category = columns["Category"] = json::array();
    const auto number_label = TermParts::joined(parts.numbers, &ModelVariable::label);
    for (const auto cell : shown) {
      std::string label;
      for (std::size_t k = 0; k < parts.factors.size(); ++k)
        label += (label.empty() ? "" : ", ") + parts.factors[k]->label + "=" +
                 parts.factors[k]->levels[level_in_cell(parts, k, cell)];
      category.push_back(number_label + " for " + label);
    }
  }
  for (std::size_t k = 0; k < parts.factors.size(); ++k) {
    const auto& factor = *parts.factors[k];
    names.push_back(factor.name);
    levels[factor.name] = factor.levels;
    auto& column = columns[factor.name] = json::array();
    for (const auto cell : shown) column.push_back(factor.levels[level_in_cell(parts, k, cell)]);
  }
  if (!result.numeric) {
    auto& counts = columns["Counts"] = json::array();
    for (const auto cell : shown) counts.push_back(number(result.counts[cell]));
    return entry;
  }
  for (const auto* statistic : wanted) {
    if (!statistic->in_category) continue;
    auto& column = columns[statistic->in_category] = json::array();
    for (const auto cell : shown) column.push_back(number(statistic->value(result.cells[cell])));
  }
  return entry;
}

/// "a/ByAge.xdf" -> "a/ByAge2.xdf"
std::string numbered(const std::string& path, std::size_t number) {
  const auto dot = path.find_last_of('.');
  const auto slash = path.find_last_of('/');
  const auto at =
      dot == std::string::npos || (slash != std::string::npos && dot < slash) ? path.size() : dot;
  return path.substr(0, at) + std::to_string(number) + path.substr(at);
}

/// One table per combination of factors, in order of the terms; terms of the same factors share it.
std::vector<ByGroupTable> by_group_tables(const ModelFrame& frame, const SummaryResult& result,
                                          const std::vector<const Statistic*>& wanted,
                                          bool remove_empty, const std::string& path) {
  std::vector<std::vector<std::size_t>> groups;
  const auto factors_of = [&](std::size_t term) {
    std::vector<std::uint32_t> factors;
    for (const auto index : frame.terms[term].variables)
      if (frame.variables[index].categorical) factors.push_back(index);
    return factors;
  };
  for (std::size_t term = 0; term < frame.terms.size(); ++term) {
    if (!result.terms[term].categorical) continue;
    const auto same = std::ranges::find_if(
        groups, [&](const auto& group) { return factors_of(group[0]) == factors_of(term); });
    if (same != groups.end())
      same->push_back(term);
    else
      groups.push_back({term});
  }
  std::vector<ByGroupTable> tables;
  for (std::size_t g = 0; g < groups.size(); ++g) {
    auto& table = tables.emplace_back();
    table.path = groups.size() == 1 ? path : numbered(path, g + 1);
    const TermParts parts(frame, groups[g][0]);
    std::vector<std::uint32_t> shown;
    for (std::uint32_t cell = 0; cell < frame.cells(groups[g][0]); ++cell) {
      const bool filled = std::ranges::any_of(groups[g], [&](std::size_t term) {
        const auto& each = result.terms[term];
        return each.numeric ? each.cells[cell].valid != 0 : each.counts[cell] != 0;
      });
      if (filled || !remove_empty) shown.push_back(cell);
    }
    std::vector<Field> fields;
    const auto add_numbers = [&](const std::string& name, auto&& value_of) {
      std::vector<double> values;
      for (const auto cell : shown) values.push_back(value_of(cell));
      Field field;
      field.name = name;
      if (std::ranges::any_of(fields, [&](const Field& other) { return other.name == name; }))
        return;
      fields.push_back(field);
      table.rows.columns.push_back(Column::own(Type::kFloat64, std::move(values)));
    };
    for (std::size_t k = 0; k < parts.factors.size(); ++k) {
      Field field;
      field.name = parts.factors[k]->name;
      field.type = Type::kFactor;
      field.levels = make_levels(parts.factors[k]->levels);
      std::vector<std::int32_t> codes;
      for (const auto cell : shown)
        codes.push_back(static_cast<std::int32_t>(level_in_cell(parts, k, cell)));
      table.rows.columns.push_back(Column::own(Type::kFactor, std::move(codes), field.levels));
      fields.push_back(std::move(field));
    }
    for (const auto term : groups[g]) {
      const auto& each = result.terms[term];
      const TermParts own(frame, term);
      std::string name;
      for (const auto index : frame.terms[term].variables)
        name += (name.empty() ? "" : ":") + frame.variables[index].name;
      table.terms.push_back(name);
      if (!each.numeric) {
        add_numbers("Counts", [&](std::uint32_t cell) { return each.counts[cell]; });
        continue;
      }
      const auto prefix = TermParts::joined(own.numbers, &ModelVariable::name) + "_";
      for (const auto* statistic : wanted)
        if (statistic->in_category)
          add_numbers(prefix + statistic->name,
                      [&](std::uint32_t cell) { return statistic->value(each.cells[cell]); });
    }
    table.rows.rows = shown.size();
    table.rows.schema = std::make_shared<const Schema>(std::move(fields));
  }
  return tables;
}

}  // namespace

json run_summary(const json& request, std::shared_ptr<const DataSource> source,
                 ComputeContext& context, RunControl& control,
                 std::vector<ByGroupTable>* by_group) {
  const auto text = text_of(request, "formula");
  if (text.empty()) throw InvalidArgument("formula: expected a formula, such as ~ x + f");
  const auto pweights = text_of(request, "pweights"), fweights = text_of(request, "fweights");
  const bool weighted = !pweights.empty() || !fweights.empty();
  const auto wanted = wanted_statistics(request, weighted);
  const auto path = text_of(request, "byGroupOutFile");
  const bool sparse = flag_of(request, "useSparseCube", false);
  const bool remove_empty = flag_of(request, "removeZeroCounts", sparse);

  const auto formula = summary_formula(parse_formula(text), *source->schema());
  auto bound = bind_to_source(formula, std::move(source), pweights, fweights, context, control);
  const auto& frame = bound.frame;
  for (std::size_t t = 0; t < frame.terms.size(); ++t)
    if (frame.cells(t) > kMostCategories)
      throw InvalidArgument("formula: the term " + frame.terms[t].label + " has " +
                            std::to_string(frame.cells(t)) + " categories, more than " +
                            std::to_string(kMostCategories) + "; summarise fewer factors at once");
  const Summary summary{frame, flag_of(request, "byTerm", true)};
  const auto result = compute(summary, *bound.source, context, control);

  json reply = {{"class", "rxSummary"},
                {"formula", deparse(*parse_expression(text, "formula"))},
                {"nobs.valid", result.rows},
                {"nobs.missing", result.missing_rows},
                {"categorical", json::array()}};
  auto& table = reply["sDataFrame"] = {{"Name", json::array()}};
  for (const auto* statistic : wanted) table[statistic->name] = json::array();
  bool counts = false, stats = false;
  for (std::size_t t = 0; t < frame.terms.size(); ++t) {
    const auto& term = result.terms[t];
    const bool to_file = !path.empty() && term.categorical;
    std::string name = frame.terms[t].label;
    if (to_file) {
      name.clear();
      for (const auto index : frame.terms[t].variables)
        name += (name.empty() ? "" : ":") + frame.variables[index].name;
    }
    table["Name"].push_back(name);
    for (const auto* statistic : wanted)
      table[statistic->name].push_back(number(statistic->value(term.all)));
    if (!term.categorical) continue;
    (term.numeric ? stats : counts) = true;
    if (!to_file)
      reply["categorical"].push_back(categorical_entry(frame, t, term, wanted, remove_empty));
  }
  reply["categorical.type"] = stats ? "cube" : counts ? "counts" : "none";
  if (weighted) reply["weights"] = {{pweights.empty() ? "fweights" : "pweights", frame.weights}};
  json params = json::object();
  for (const auto* key :
       {"formula", "summaryStats", "byTerm", "pweights", "fweights", "rowSelection", "transforms",
        "byGroupOutFile", "useSparseCube", "removeZeroCounts"})
    if (request.contains(key)) params[key] = request[key];
  reply["params"] = std::move(params);
  if (!path.empty()) {
    if (!by_group) throw InvalidArgument("`byGroupOutFile` cannot be written here"_named);
    *by_group = by_group_tables(frame, result, wanted, remove_empty, path);
  }
  return reply;
}

}  // namespace insitu
