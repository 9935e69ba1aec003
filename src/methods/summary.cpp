#include "methods/summary.hpp"

#include <algorithm>
#include <cmath>

#include "base/error.hpp"
#include "base/named.hpp"
#include "base/suggest.hpp"
#include "formula/expression/expression.hpp"
#include "report/summary_report.hpp"

namespace insitu {

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
std::vector<const Statistic*> wanted_statistics(const std::vector<std::string>& names,
                                                bool weighted) {
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

/// Counts or statistics of the cells of a term.
ResultTable category_table(const ModelFrame& frame, std::size_t term,
                           const SummaryResult::Term& result,
                           const std::vector<const Statistic*>& wanted, bool remove_empty) {
  const TermParts parts(frame, term);
  const auto cells = result.numeric ? result.cells.size() : result.counts.size();
  std::vector<std::size_t> shown;
  for (std::size_t cell = 0; cell < cells; ++cell)
    if (!remove_empty ||
        (result.numeric ? result.cells[cell].valid != 0 : result.counts[cell] != 0))
      shown.push_back(cell);
  ResultTable table;
  if (result.numeric) {
    std::vector<std::string> categories;
    categories.reserve(shown.size());
    const auto number_label = TermParts::joined(parts.numbers, &ModelVariable::label);
    for (const auto cell : shown) {
      auto text = number_label + " for ";
      for (std::size_t k = 0; k < parts.factors.size(); ++k)
        text += (k > 0 ? ", " : "") + parts.factors[k]->label + "=" +
                parts.factors[k]->levels[level_in_cell(parts, k, cell)];
      categories.push_back(std::move(text));
    }
    table.add_texts("Category", std::move(categories));
  }
  for (std::size_t k = 0; k < parts.factors.size(); ++k) {
    std::vector<double> codes;
    codes.reserve(shown.size());
    for (const auto cell : shown)
      codes.push_back(static_cast<double>(level_in_cell(parts, k, cell)));
    table.add_factor(parts.factors[k]->name, parts.factors[k]->levels, std::move(codes));
  }
  const auto add = [&](const char* name, auto&& value) {
    std::vector<double> numbers;
    numbers.reserve(shown.size());
    for (const auto cell : shown) numbers.push_back(value(cell));
    table.add_numbers(name, std::move(numbers));
  };
  if (!result.numeric) {
    add("Counts", [&](std::size_t cell) { return result.counts[cell]; });
    return table;
  }
  for (const auto* statistic : wanted)
    if (statistic->in_category)
      add(statistic->in_category,
          [&](std::size_t cell) { return statistic->value(result.cells[cell]); });
  return table;
}

/// "a/ByAge.xdf" -> "a/ByAge2.xdf"
std::string numbered(const std::string& path, std::size_t number) {
  const auto dot = path.find_last_of('.');
  const auto slash = path.find_last_of('/');
  const auto at =
      dot == std::string::npos || (slash != std::string::npos && dot < slash) ? path.size() : dot;
  return path.substr(0, at) + std::to_string(number) + path.substr(at);
}

/// Statistics by group for a file of their own: one row per combination of levels, factors first.
struct GroupTable {
  std::string path;                ///< with a number before its extension where there are several
  std::vector<std::string> terms;  ///< "incwage:F_age:sex"
  Chunk rows;
};

/// One table per combination of factors, in order of the terms; terms of the same factors share it.
std::vector<GroupTable> by_group_tables(const ModelFrame& frame, const SummaryResult& result,
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
  std::vector<GroupTable> tables;
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

/// Labels of the formula's terms as they are written, for names in which F(x) became F_x.
std::string label_of_term(const std::string& name, const Formula& formula) {
  for (const auto& term : formula.terms) {
    auto label = deparse(term);
    auto plain = label;
    for (std::size_t at = 0; (at = plain.find("F(", at)) != std::string::npos;) {
      const auto end = plain.find(')', at);
      if (end == std::string::npos) break;
      plain =
          plain.substr(0, at) + "F_" + plain.substr(at + 2, end - at - 2) + plain.substr(end + 1);
    }
    if (plain == name) return label;
  }
  return name;
}

/// A term by the names of its variables.
std::string name_of_term(const ModelFrame& frame, std::size_t term) {
  std::string name;
  for (const auto index : frame.terms[term].variables)
    name += (name.empty() ? "" : ":") + frame.variables[index].name;
  return name;
}

std::string path_of(const nlohmann::json& target) {
  return target.is_object() ? target.value("file", std::string()) : "";
}

}  // namespace

OptionKeys SummaryOptions::keys() {
  using O = SummaryOptions;
  return formula_keys<O>("What to summarise, as ~ x + f + x:f.") +
         OptionKeys{
             option("summaryStats", &O::statistics,
                    "Mean, StdDev, Min, Max, ValidObs, MissingObs, Sum: those to compute.",
                    {.command = "--stats", .labels = "NAMES"}),
             option("byTerm", &O::by_term,
                    "TRUE: rows with missing values are left out term by term; FALSE: rows with "
                    "any missing value are left out of all terms.",
                    {.command = "--listwise",
                     .help = "Leave out rows with a missing value in any variable"}),
             option("byGroupOutFile", &O::by_group_out_file,
                    "An .xdf (or several, numbered) for the statistics by group.", {.command = "-"},
                    OptionKind::kTarget),
             option("overwrite", &O::overwrite, "Allow to replace an existing output.",
                    {.command = "-"}),
             option("rowsPerBlock", &O::rows_per_block,
                    "Rows in each block of the file of statistics by group.", {.command = "-"}),
             option("useSparseCube", &O::sparse,
                    "Leave out combinations of levels without rows, as removeZeroCounts.",
                    {.command = "-"}),
             option(
                 "removeZeroCounts", &O::remove_empty,
                 "Leave out combinations of levels without rows; by default as useSparseCube.",
                 {.command = "--no-empty", .help = "Leave out combinations of levels without rows"},
                 OptionKind::kFlag)};
}

ResultKeys CategoryHeading::keys() {
  using H = CategoryHeading;
  return {field("term", &H::term, "Label of the term."),
          field("variables", &H::variables, "Its factors."),
          field("statistic", &H::statistic, "\"counts\" or \"stats\"."),
          field("valid", &H::valid, "Rows that took part."),
          field("missing", &H::missing, "Rows left out for a missing value.")};
}

ResultKeys WeightNames::keys() {
  return {field("pweights", &WeightNames::pweights, "The variable of probability weights."),
          field("fweights", &WeightNames::fweights, "The variable of frequency weights.")};
}

ResultKeys ByGroupFile::keys() {
  return {field("file", &ByGroupFile::file, "The file written."),
          field("term", &ByGroupFile::term, "The term whose statistics it holds.")};
}

ResultKeys SummaryReply::keys() {
  using R = SummaryReply;
  return {field("nobs.valid", &R::valid, "Rows that took part."),
          field("nobs.missing", &R::missing, "Rows left out of all terms."),
          field("sDataFrame", &R::statistics, "A row a term: Name and the statistics."),
          field("categorical", &R::categorical,
                "A table for each term with factors: Category, factors, Counts or statistics."),
          field("categorical.type", &R::categorical_type, "\"counts\", \"cube\" or \"none\"."),
          field("headings", &R::headings, "Of the tables in categorical."),
          field("weights", &R::weights, "With weights: their variable.", &R::weighted),
          field("byGroup", &R::by_group, "Files written for byGroupOutFile.", &R::to_files)};
}

SummaryReply SummaryMethod::run(const SummaryOptions& options, Scope& scope) {
  if (options.formula.empty())
    throw InvalidArgument("formula: expected a formula, such as ~ x + f");
  const bool weighted = !options.pweights.empty() || !options.fweights.empty();
  const auto wanted = wanted_statistics(options.statistics, weighted);
  const auto path = path_of(options.by_group_out_file);
  const bool remove_empty =
      options.remove_empty.is_boolean() ? options.remove_empty.get<bool>() : options.sparse;

  const auto written = parse_formula(options.formula);
  const auto formula = summary_formula(written, *scope.source()->schema());
  const auto bound = scope.bind(formula, options);
  const auto& frame = bound.frame;
  for (std::size_t t = 0; t < frame.terms.size(); ++t)
    if (frame.cells(t) > kMostCategories)
      throw InvalidArgument("formula: the term " + frame.terms[t].label + " has " +
                            std::to_string(frame.cells(t)) + " categories, more than " +
                            std::to_string(kMostCategories) + "; summarise fewer factors at once");
  const auto found = scope.compute(Summary{frame, options.by_term}, bound);

  SummaryReply result;
  result.valid = found.rows;
  result.missing = found.missing_rows;
  result.weighted = weighted;
  result.weights = {options.pweights, weighted && options.pweights.empty() ? frame.weights : ""};
  std::vector<std::string> names;
  std::vector<std::vector<double>> columns(wanted.size());
  bool counts = false, stats = false;
  for (std::size_t t = 0; t < frame.terms.size(); ++t) {
    const auto& term = found.terms[t];
    const bool to_file = !path.empty() && term.categorical;
    names.push_back(to_file ? name_of_term(frame, t) : frame.terms[t].label);
    for (std::size_t s = 0; s < wanted.size(); ++s)
      columns[s].push_back(wanted[s]->value(term.all));
    if (!term.categorical) continue;
    (term.numeric ? stats : counts) = true;
    if (to_file) continue;
    result.categorical.push_back(category_table(frame, t, term, wanted, remove_empty));
    CategoryHeading heading{.term = frame.terms[t].label,
                            .statistic = term.numeric ? "stats" : "counts",
                            .valid = term.all.valid,
                            .missing = term.all.missing};
    for (const auto* factor : TermParts(frame, t).factors)
      heading.variables.push_back(factor->name);
    result.headings.push_back(std::move(heading));
  }
  result.statistics.add_texts("Name", std::move(names));
  for (std::size_t s = 0; s < wanted.size(); ++s)
    result.statistics.add_numbers(wanted[s]->name, std::move(columns[s]));
  result.categorical_type = stats ? "cube" : counts ? "counts" : "none";
  result.to_files = !path.empty();
  if (!path.empty())
    for (auto& table : by_group_tables(frame, found, wanted, remove_empty, path)) {
      for (const auto& term : table.terms)
        result.by_group.push_back({table.path, label_of_term(term, written)});
      scope.tables.push_back({"byGroupOutFile", table.path, std::move(table.rows)});
    }
  return result;
}

std::string SummaryMethod::print(const nlohmann::json& reply, std::string_view /*layout*/,
                                 const ReportHeader& header) {
  return summary_report(reply, header);
}

}  // namespace insitu
