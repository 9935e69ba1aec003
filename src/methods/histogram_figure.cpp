#include <algorithm>
#include <nlohmann/json.hpp>

#include "methods/figures.hpp"
#include "report/document.hpp"

namespace insitu {

namespace {

/// What stands over a panel: the level, with the name of an F(x), whose levels are numbers.
std::string panel_label(const std::vector<DocumentColumn>& columns, std::size_t first,
                        std::size_t count, std::size_t row) {
  std::string label;
  for (std::size_t k = first; k < first + count; ++k) {
    if (!label.empty()) label += ", ";
    if (columns[k].name.find('(') != std::string::npos) label += columns[k].name + " = ";
    label += columns[k].texts[row];
  }
  return label;
}

}  // namespace

Figure histogram_figure(const nlohmann::json& reply) {
  const auto columns = table_columns(member(reply, "table"));
  const auto variable = member(reply, "variable").get<std::string>();
  const bool levels = member(reply, "kind") == "levels", bins = member(reply, "kind") == "bins";
  const bool percent = member(reply, "histType") == "Percent";
  const auto& heights = columns[columns.size() - (percent ? 1 : 2)].numbers;
  const auto panels = texts_in(member(reply, "panels")).size();
  const std::size_t rows = heights.size();

  Figure figure;
  figure.title = "Histogram of " + variable;
  figure.x.title = variable;
  figure.y.title = percent ? "Percent" : "Counts";
  std::vector<double> low, high;
  if (levels) {
    // The bars of the first panel are all levels, in their order.
    for (std::size_t i = 0; i < rows; ++i) {
      const auto& text = columns[0].texts[i];
      const auto found = std::ranges::find(figure.x.labels, text);
      low.push_back(static_cast<double>(found - figure.x.labels.begin()) - 0.5);
      high.push_back(low.back() + 1);
      if (found != figure.x.labels.end()) continue;
      figure.x.labels.push_back(text);
      figure.x.ticks.push_back(low.back() + 0.5);
    }
  } else {
    low = columns[1].numbers;
    high = columns[2].numbers;
  }
  auto ends = low;
  ends.insert(ends.end(), high.begin(), high.end());
  Figure::cover(figure.x, ends);
  const double top = heights.empty() ? 0 : *std::ranges::max_element(heights);
  figure.y.high = top > 0 ? 1.06 * top : 1;
  // Bars of levels and of whole numbers stand apart.
  if (!bins)
    for (std::size_t i = 0; i < rows; ++i) {
      const double gap = 0.1 * (high[i] - low[i]);
      low[i] += gap;
      high[i] -= gap;
    }
  const std::size_t bars =
      levels ? figure.x.labels.size() : member(reply, "breaks").size() - (bins ? 1 : 0);
  for (std::size_t begin = 0; begin < rows; begin += std::max<std::size_t>(1, bars)) {
    const auto cut = [&](const std::vector<double>& all) {
      const auto from = all.begin() + static_cast<std::ptrdiff_t>(begin);
      return std::vector<double>(from, from + static_cast<std::ptrdiff_t>(bars));
    };
    figure.panels.push_back({panel_label(columns, levels ? 1 : 3, panels, begin),
                             {{.kind = FigureSeries::Kind::kBars,
                               .label = "",
                               .x = cut(low),
                               .y = cut(heights),
                               .x_end = cut(high)}}});
  }
  return figure;
}

}  // namespace insitu
