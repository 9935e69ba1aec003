#include "line_figure.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "base/error.hpp"

namespace insitu::cli {

namespace {

std::string name_of(const Expression& term) {
  return term.kind == Expression::Kind::kName ? term.text : deparse(term);
}

double number_of(const Document& value) {
  if (value.is_boolean()) return value.get<bool>() ? 1 : 0;
  if (value == "Inf" || value == "-Inf") return value == "Inf" ? INFINITY : -INFINITY;
  return value.is_number() ? value.get<double>() : std::nan("");
}

bool is_text(const Document& column) {
  return std::ranges::any_of(
      column, [](const auto& v) { return v.is_string() && v != "Inf" && v != "-Inf"; });
}

std::string text_of(const Document& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

/// Of a panel: its values in the order of the panels.
struct Key {
  std::vector<std::pair<double, std::string>> values;  // last factor first: the first is fastest
  auto operator<=>(const Key&) const = default;
};

}  // namespace

Figure line_figure(const PanelFormula& formula, const Document& rows, const std::string& type) {
  const auto column = [&](const ExpressionPtr& term) -> const Document& {
    return rows.at(name_of(*term));
  };
  Figure figure;
  const auto x_name = deparse(*formula.x);
  std::string names;
  for (const auto& each : formula.responses) names += (names.empty() ? "" : ", ") + deparse(*each);
  figure.title = names + " by " + x_name;
  figure.x.title = x_name;
  figure.y.title = names;

  const auto& given = column(formula.x);
  std::vector<double> x;
  if (is_text(given)) {
    std::set<std::string> levels;
    for (const auto& each : given)
      if (!each.is_null()) levels.insert(text_of(each));
    std::map<std::string, double> position;
    for (const auto& level : levels) {
      position[level] = static_cast<double>(figure.x.ticks.size());
      figure.x.ticks.push_back(position[level]);
      figure.x.labels.push_back(level);
    }
    for (const auto& each : given)
      x.push_back(each.is_null() ? std::nan("") : position[text_of(each)]);
  } else {
    for (const auto& each : given) x.push_back(number_of(each));
  }

  std::map<Key, std::vector<std::size_t>> panels;
  for (std::size_t i = 0; i < x.size(); ++i) {
    Key key;
    bool missing = false;
    for (auto term = formula.panels.rbegin(); term != formula.panels.rend(); ++term) {
      const auto& value = column(*term)[i];
      missing |= value.is_null();
      key.values.emplace_back(value.is_number() ? value.get<double>() : 0, text_of(value));
    }
    if (!missing) panels[key].push_back(i);
  }
  if (panels.size() > 100)
    throw InvalidArgument("the formula makes " + std::to_string(panels.size()) +
                          " panels, more than 100: use variables of fewer values");

  std::vector<double> all;
  for (const auto& [key, own] : panels) {
    auto& panel = figure.panels.emplace_back();
    for (std::size_t k = formula.panels.size(); k-- > 0;) {
      const auto& term = formula.panels[formula.panels.size() - 1 - k];
      const bool text = is_text(column(term));
      panel.label += (panel.label.empty() ? "" : ", ") + (text ? "" : deparse(*term) + " = ") +
                     key.values[k].second;
    }
    for (std::size_t r = 0; r < formula.responses.size(); ++r) {
      const auto& y = column(formula.responses[r]);
      if (is_text(y))
        throw InvalidArgument("formula: '" + deparse(*formula.responses[r]) +
                              "' holds texts: what is drawn upwards must be numbers");
      FigureSeries series;
      series.kind = type == "p"   ? FigureSeries::Kind::kPoints
                    : type == "b" ? FigureSeries::Kind::kLineAndPoints
                    : type == "s" ? FigureSeries::Kind::kSteps
                                  : FigureSeries::Kind::kLine;
      series.label = deparse(*formula.responses[r]);
      series.colour = static_cast<int>(r);
      for (const auto i : own) {
        series.x.push_back(x[i]);
        series.y.push_back(number_of(y[i]));
      }
      all.insert(all.end(), series.y.begin(), series.y.end());
      panel.series.push_back(std::move(series));
    }
  }
  if (figure.panels.empty()) figure.panels.emplace_back();  // axes without rows
  Figure::cover(figure.x, x);
  Figure::cover(figure.y, all);
  return figure;
}

}  // namespace insitu::cli
