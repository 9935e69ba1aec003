#include "algorithms/with_levels.hpp"

#include <algorithm>

#include "algorithms/find_levels.hpp"
#include "data/declared_levels.hpp"

namespace insitu {

namespace {

/// A column as an expression's text: in backticks where needed.
std::string column_text(const std::string& name) {
  Expression e;
  e.kind = Expression::Kind::kName;
  e.text = name;
  return deparse(e);
}

bool contains(const std::vector<std::string>& list, const std::string& text) {
  return std::ranges::find(list, text) != list.end();
}

/// The column that the text names, or "" for an expression.
std::string as_column(const std::string& text) {
  const auto e = parse_expression(text, "formula");
  return e->kind == Expression::Kind::kName ? e->text : "";
}

std::shared_ptr<const DataSource> declare(std::shared_ptr<const DataSource> source,
                                          const std::vector<std::string>& columns,
                                          const FoundDomains& found) {
  if (columns.empty()) return source;
  std::map<std::string, std::vector<std::string>> levels;
  for (const auto& column : columns) levels[column] = found.levels.at(column_text(column));
  return declare_levels(std::move(source), levels);
}

}  // namespace

std::shared_ptr<const DataSource> with_levels(std::shared_ptr<const DataSource> source,
                                              const std::vector<std::string>& columns,
                                              ComputeContext& context, RunControl& control) {
  const auto schema = source->schema();
  FindLevels find;
  std::vector<std::string> unknown;
  for (const auto& name : columns) {
    const auto& field = schema->field(name);
    if (field.levels || !(is_factor(field.type) || field.type == Type::kString) ||
        contains(unknown, name))
      continue;
    unknown.push_back(name);
    find.levels_of.push_back(column_text(name));
  }
  if (unknown.empty()) return source;
  return declare(source, unknown, compute(find, *source, context, control));
}

BoundFormula bind_to_source(const Formula& formula, std::shared_ptr<const DataSource> source,
                            const std::string& pweights, const std::string& fweights,
                            ComputeContext& context, RunControl& control) {
  auto schema = source->schema();
  // Columns whose levels the source will have to declare: character ones that stand as variables,
  // and factors anywhere in the formula, because expressions of their codes need the global ones.
  std::vector<std::string> columns;
  auto unknown = unknown_domains(formula, *schema);
  for (const auto& name : variables_of(formula)) {
    const auto& field = schema->field(name);
    if (field.levels) continue;
    if (is_factor(field.type) ||
        (field.type == Type::kString && contains(unknown.levels, column_text(name))))
      columns.push_back(name);
  }
  FindLevels find;
  for (const auto& name : columns) find.levels_of.push_back(column_text(name));
  bool two_passes = false;
  for (const auto* list : {&unknown.levels, &unknown.ranges})
    for (const auto& text : *list)
      if (as_column(text).empty())
        for (const auto& name : variables_of(*parse_expression(text, "formula")))
          two_passes |= contains(columns, name);
  if (two_passes) {
    source = declare(source, columns, compute(find, *source, context, control));
    schema = source->schema();
    unknown = unknown_domains(formula, *schema);
    columns.clear();
    find.levels_of.clear();
  }
  for (const auto& text : unknown.levels)
    if (!contains(find.levels_of, text)) find.levels_of.push_back(text);
  find.ranges_of = unknown.ranges;
  FoundDomains found;
  if (!find.levels_of.empty() || !find.ranges_of.empty()) {
    found = compute(find, *source, context, control);
    source = declare(source, columns, found);
  }
  auto frame = insitu::bind(formula, *source->schema(), pweights, fweights, found);
  return {std::move(source), std::move(frame)};
}

}  // namespace insitu
