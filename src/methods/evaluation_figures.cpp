// Pictures of what judges predictions, and of the steps of a selection.
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/named.hpp"
#include "methods/figures.hpp"
#include "report/document.hpp"
#include "report/format_number.hpp"

namespace insitu {

namespace {

using nlohmann::json;
using Kind = FigureSeries::Kind;

/// A table of a reply, read by the names of its columns and of the predictions.
class Table {
 public:
  explicit Table(const json& reply) : columns_(table_columns(member(reply, "table"))) {}

  /// Of the rows of a prediction; "": of all rows.
  std::vector<double> numbers(std::string_view name, const std::string& prediction = "") const {
    std::vector<double> found;
    const auto& all = column(name).numbers;
    for (std::size_t i = 0; i < all.size(); ++i)
      if (prediction.empty() || column("predVarName").texts[i] == prediction)
        found.push_back(all[i]);
    return found;
  }

 private:
  const DocumentColumn& column(std::string_view name) const {
    const auto found = std::ranges::find(columns_, name, &DocumentColumn::name);
    if (found == columns_.end())
      throw DataError("the reply has no column '" + std::string(name) + "'");
    return *found;
  }
  std::vector<DocumentColumn> columns_;
};

void square(Figure& figure, double most) {
  figure.square = true;
  for (auto* axis : {&figure.x, &figure.y}) {
    axis->low = -0.02 * most;
    axis->high = 1.02 * most;
    for (int k = 0; k <= 5; ++k) axis->ticks.push_back(most * k / 5);
  }
}

FigureSeries reference(double x1, double y1, double x2, double y2) {
  return {.kind = Kind::kReference, .label = "", .x = {x1, x2}, .y = {y1, y2}};
}

std::string text_of(const json& reply, const char* name) {
  return member(reply, name).get<std::string>();
}

}  // namespace

Figure roc_figure(const json& reply) {
  const Table table(reply);
  Figure figure;
  figure.title = "ROC curve for '" + text_of(reply, "actualVarName") + "'";
  figure.x.title = "False positive rate (1 - specificity)";
  figure.y.title = "True positive rate (sensitivity)";
  square(figure, 1);
  auto& series = figure.panels.emplace_back().series;
  series.push_back(reference(0, 0, 1, 1));
  const auto names = texts_in(member(reply, "predVarNames"));
  const auto areas = numbers_in(member(reply, "auc"));
  for (std::size_t s = 0; s < names.size(); ++s) {
    const auto sensitivity = table.numbers("sensitivity", names[s]);
    const auto specificity = table.numbers("specificity", names[s]);
    std::vector<double> x{0}, y{0};
    for (std::size_t i = sensitivity.size(); i-- > 0;) {
      x.push_back(1 - specificity[i]);
      y.push_back(sensitivity[i]);
    }
    x.push_back(1);
    y.push_back(1);
    const auto label = names[s] + " (AUC " + format_fixed(areas[s], 4) + ")";
    if (names.size() == 1) figure.subtitle = label;
    series.push_back({.kind = Kind::kLine,
                      .label = label,
                      .x = std::move(x),
                      .y = std::move(y),
                      .colour = static_cast<int>(s)});
  }
  return figure;
}

Figure lorenz_figure(const json& reply) {
  const Table table(reply);
  const auto order = text_of(reply, "orderVarName"), value = text_of(reply, "valueVarName");
  Figure figure;
  figure.title = "Lorenz curve";
  figure.subtitle = "Gini coefficient " + format_fixed(number_in(member(reply, "gini")), 4);
  figure.x.title = "Percent of rows" + (order == value ? "" : ", ordered by " + order);
  figure.y.title = "Percent of " + value;
  square(figure, 100);
  figure.panels.push_back({"",
                           {reference(0, 0, 100, 100),
                            {.kind = Kind::kLine,
                             .label = "",
                             .x = table.numbers("percents"),
                             .y = table.numbers("cumVals")}}});
  return figure;
}

Figure lift_figure(const json& reply) {
  const Table table(reply);
  const auto actual = text_of(reply, "actualVarName");
  Figure figure;
  figure.title = "Cumulative gain for '" + actual + "'";
  figure.x.title = "Percent of rows, highest predictions first";
  figure.y.title = "Percent of rows with " + actual;
  square(figure, 100);
  auto& series = figure.panels.emplace_back().series;
  series.push_back(reference(0, 0, 100, 100));
  for (const auto& name : texts_in(member(reply, "predVarNames"))) {
    auto x = table.numbers("cumPercent", name), y = table.numbers("gain", name);
    x.insert(x.begin(), 0);
    y.insert(y.begin(), 0);
    series.push_back({.kind = Kind::kLineAndPoints,
                      .label = name,
                      .x = std::move(x),
                      .y = std::move(y),
                      .colour = static_cast<int>(series.size()) - 1});
  }
  return figure;
}

Figure calibration_figure(const json& reply) {
  const Table table(reply);
  Figure figure;
  figure.title = "Calibration for '" + text_of(reply, "actualVarName") + "'";
  figure.x.title = "Predicted probability";
  figure.y.title = "Observed rate";
  square(figure, 1);
  auto& series = figure.panels.emplace_back().series;
  series.push_back(reference(0, 0, 1, 1));
  for (const auto& name : texts_in(member(reply, "predVarNames")))
    series.push_back({.kind = Kind::kLineAndPoints,
                      .label = name,
                      .x = table.numbers("predicted", name),
                      .y = table.numbers("observed", name),
                      .colour = static_cast<int>(series.size()) - 1});
  return figure;
}

Figure step_figure(const json& reply) {
  const auto names = texts_in(member(reply, "stepCoefNames"));
  const auto steps = texts_in(member(reply, "stepNames"));
  if (names.empty())
    throw InvalidArgument(
        "what is drawn of a model are the coefficients by step of its selection, and this one "
        "keeps none: let `variableSelection` keep those of all steps"_named);
  const auto columns = matrix_columns(member(reply, "stepCoefs"), names.size());
  Figure figure;
  figure.title = "Coefficients by step";
  figure.x.title = "Step";
  figure.y.title = "Stepwise coefficients";
  auto& series = figure.panels.emplace_back().series;
  const double last = static_cast<double>(columns.size()) - 1;
  series.push_back(reference(0, 0, last, 0));
  std::vector<double> all{0};
  for (std::size_t k = 0; k < names.size(); ++k) {
    FigureSeries line{.kind = Kind::kLineAndPoints, .label = names[k], .x = {}, .y = {}};
    line.colour = static_cast<int>(series.size()) - 1;
    line.dashed = line.colour >= 8;
    bool drawn = false;
    for (std::size_t step = 0; step < columns.size(); ++step) {
      line.x.push_back(static_cast<double>(step));
      line.y.push_back(columns[step][k]);
      drawn |= std::isfinite(line.y.back()) && line.y.back() != 0;
    }
    if (!drawn) continue;
    all.insert(all.end(), line.y.begin(), line.y.end());
    series.push_back(std::move(line));
  }
  Figure::cover(figure.y, all);
  figure.x.low = -0.04 * std::max(1.0, last);
  figure.x.high = last + 0.04 * std::max(1.0, last);
  for (std::size_t step = 0; step < columns.size(); ++step) {
    figure.x.ticks.push_back(static_cast<double>(step));
    figure.x.labels.push_back(step < steps.size() ? steps[step] : std::to_string(step));
  }
  return figure;
}

}  // namespace insitu
