#include "residual_figure.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>
#include <span>

namespace insitu::cli {

using nlohmann::json;

namespace {

/// A quantile of values that are counted by bins, interpolated within its bin.
double quantile_of(std::span<const double> counts, double p, const std::vector<double>& breaks) {
  const double total = std::accumulate(counts.begin(), counts.end(), 0.0);
  if (total == 0) return std::nan("");
  double reached = 0;
  for (std::size_t k = 0; k < counts.size(); ++k) {
    if (reached + counts[k] >= p * total && counts[k] > 0)
      return breaks[k] + (p * total - reached) / counts[k] * (breaks[k + 1] - breaks[k]);
    reached += counts[k];
  }
  return breaks.back();
}

}  // namespace

std::vector<DocumentColumn> ResidualTable::columns() const {
  const auto column = [](const char* name, const std::vector<double>& numbers) {
    return DocumentColumn{name, true, {}, numbers};
  };
  return {column("low", low),   column("high", high), column("count", count),
          column("mean", mean), column("q05", q05),   column("median", median),
          column("q95", q95)};
}

std::string text_of_bands(const json& bands) {
  std::string breaks, labels;
  const auto ends = numbers_in(member(bands, "breaks"));
  for (std::size_t k = 0; k < ends.size(); ++k) {
    breaks +=
        (k ? ", " : "") + json(ends[k]).dump();  // every digit: the last end is the last value
    if (k > 0) labels += (k > 1 ? ", \"" : "\"") + std::to_string(k) + "\"";
  }
  return "cut(fitted, breaks = c(" + breaks + "), labels = c(" + labels +
         "), include.lowest = TRUE)";
}

ResidualTable residual_table(const json& bands, const json& cells, const json& means) {
  ResidualTable table;
  const auto ends = numbers_in(member(bands, "breaks"));
  table.low.assign(ends.begin(), ends.end() - 1);
  table.high.assign(ends.begin() + 1, ends.end());
  table.breaks = numbers_in(member(cells, "breaks"));
  for (const auto& column : table_columns(member(cells, "table")))
    if (column.name == "counts") table.cells = column.numbers;
  for (const auto& column : table_columns(member(means, "categorical").at(0)))
    if (column.name == "Means") table.mean = column.numbers;
  const std::size_t bins = table.breaks.size() - 1;
  for (std::size_t band = 0; band < table.low.size(); ++band) {
    const std::span<const double> own(table.cells.data() + band * bins, bins);
    table.count.push_back(std::accumulate(own.begin(), own.end(), 0.0));
    table.q05.push_back(quantile_of(own, 0.05, table.breaks));
    table.median.push_back(quantile_of(own, 0.5, table.breaks));
    table.q95.push_back(quantile_of(own, 0.95, table.breaks));
  }
  return table;
}

Figure residual_figure(const ResidualTable& table, const std::string& type) {
  Figure figure;
  figure.title = "Residuals and fitted values";
  figure.x.title = "Fitted values";
  figure.y.title = type == "pearson"    ? "Pearson residuals"
                   : type == "deviance" ? "Deviance residuals"
                                        : "Residuals";
  auto& series = figure.panels.emplace_back().series;
  FigureSeries cells{.kind = FigureSeries::Kind::kCells, .label = "", .x = {}, .y = {}};
  const double most = *std::ranges::max_element(table.cells);
  const std::size_t bins = table.breaks.size() - 1;
  std::vector<double> seen_y;
  for (std::size_t at = 0; at < table.cells.size(); ++at) {
    if (table.cells[at] == 0) continue;
    cells.x.push_back(table.low[at / bins]);
    cells.x_end.push_back(table.high[at / bins]);
    cells.y.push_back(table.breaks[at % bins]);
    cells.y_end.push_back(table.breaks[at % bins + 1]);
    cells.shade.push_back(0.1 + 0.9 * std::sqrt(table.cells[at] / most));
    seen_y.push_back(cells.y.back());
    seen_y.push_back(cells.y_end.back());
  }
  series.push_back(std::move(cells));
  std::vector<double> middle;
  for (std::size_t band = 0; band < table.low.size(); ++band)
    if (table.count[band] > 0) middle.push_back((table.low[band] + table.high[band]) / 2);
  const auto line = [&](const std::vector<double>& values, const char* label, bool dashed) {
    FigureSeries drawn{.kind = FigureSeries::Kind::kLine, .label = label, .x = middle, .y = {}};
    for (std::size_t band = 0; band < values.size(); ++band)
      if (table.count[band] > 0) drawn.y.push_back(values[band]);
    drawn.colour = 1;
    drawn.dashed = dashed;
    series.push_back(std::move(drawn));
  };
  line(table.mean, "mean", false);
  line(table.q05, "5% and 95% quantiles", true);
  line(table.q95, "5% and 95% quantiles", true);
  auto ends = table.low;
  ends.insert(ends.end(), table.high.begin(), table.high.end());
  Figure::cover(figure.x, ends);
  Figure::cover(figure.y, seen_y);
  series.push_back({.kind = FigureSeries::Kind::kReference,
                    .label = "",
                    .x = {figure.x.low, figure.x.high},
                    .y = {0, 0}});
  return figure;
}

}  // namespace insitu::cli
