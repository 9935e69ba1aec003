#include "formula/model/model_frame.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "formula/model/categorical.hpp"

namespace insitu {

void ModelFrame::validate() const {
  const auto require = [](bool holds) {
    if (!holds) throw DataError("the bytes of a model contradict themselves");
  };
  for (const auto& variable : variables) {
    require(!(variable.categorical && variable.level_codes));
    if (!variable.from_range) continue;
    const double count = variable.high - variable.low + 1 + (variable.exclude ? 0 : 1);
    require(variable.categorical && static_cast<double>(variable.levels.size()) == count);
  }
  for (const auto index : responses)
    require(index < variables.size() && !variables[index].categorical);
  for (const auto& term : terms) {
    double count = 1;
    require(!term.variables.empty());
    for (const auto index : term.variables) {
      require(index < variables.size());
      if (variables[index].categorical)
        count *= static_cast<double>(variables[index].levels.size());
    }
    require(count <= kMostCells);
  }
}

std::vector<std::string> ModelFrame::source_columns(bool with_responses) const {
  validate();
  std::vector<std::string> columns;
  const auto add = [&](std::string name) {
    if (std::ranges::find(columns, name) == columns.end()) columns.push_back(std::move(name));
  };
  std::vector<bool> wanted(variables.size(), false);
  for (const auto& term : terms)
    for (const auto index : term.variables) wanted[index] = true;
  if (with_responses)
    for (const auto index : responses) wanted[index] = true;
  for (std::size_t i = 0; i < variables.size(); ++i) {
    if (!wanted[i]) continue;
    if (!variables[i].column.empty()) {
      add(variables[i].column);
    } else {
      for (auto& name : variables_of(*parse_expression(variables[i].expression, "formula")))
        add(std::move(name));
    }
  }
  if (with_responses && !weights.empty()) add(weights);
  return columns;
}

std::uint32_t ModelFrame::cells(std::size_t term) const {
  std::uint32_t cells = 1;
  for (const auto index : terms[term].variables)
    if (variables[index].categorical)
      cells *= static_cast<std::uint32_t>(variables[index].levels.size());
  return cells;
}

std::vector<std::string> ModelFrame::labels(std::size_t term, bool r_style) const {
  const auto& members = terms[term].variables;
  std::string numbers;
  std::vector<std::uint32_t> factors;
  for (const auto index : members) {
    if (variables[index].categorical)
      factors.push_back(index);
    else
      numbers += (numbers.empty() ? "" : ":") + variables[index].name;
  }
  if (factors.empty()) return {numbers};
  std::vector<std::string> labels;
  const auto count = cells(term);
  labels.reserve(count);
  for (std::uint32_t cell = 0; cell < count; ++cell) {
    std::string label;
    auto rest = cell;
    if (r_style) {
      for (const auto index : members) {
        const auto& variable = variables[index];
        label += (label.empty() ? "" : ":") + variable.name;
        if (!variable.categorical) continue;
        label += variable.levels[rest % variable.levels.size()];
        rest /= static_cast<std::uint32_t>(variable.levels.size());
      }
    } else {
      for (const auto index : factors) {
        const auto& variable = variables[index];
        label += (label.empty() ? "" : ", ") + variable.name + "=" +
                 variable.levels[rest % variable.levels.size()];
        rest /= static_cast<std::uint32_t>(variable.levels.size());
      }
      if (!numbers.empty()) label = numbers + " for " + label;
    }
    labels.push_back(std::move(label));
  }
  return labels;
}

}  // namespace insitu
