#include "report/python_table.hpp"

#include <algorithm>
#include <cmath>

#include "base/number_text.hpp"
#include "report/text_table.hpp"

namespace insitu {

namespace {

constexpr int kPrecision = 6;

std::string pad_left(const std::string& text, int width) {
  return std::string(static_cast<std::size_t>(std::max(0, width - display_width(text))), ' ') +
         text;
}

}  // namespace

std::vector<std::string> python_floats(std::span<const double> values) {
  const bool vanishes = std::ranges::any_of(
      values, [](double v) { return std::isfinite(v) && v != 0 && std::fabs(v) < 1e-6; });
  const bool large = std::ranges::any_of(
      values, [](double v) { return std::isfinite(v) && std::fabs(v) >= 1e15; });
  std::vector<std::string> cells;
  std::size_t most = 1;  // decimals that are needed
  for (const double value : values) {
    if (std::isnan(value))
      cells.emplace_back("NaN");
    else if (std::isinf(value))
      cells.emplace_back(value > 0 ? "inf" : "-inf");
    else if (vanishes || large)
      cells.push_back(scientific_text(value, kPrecision));
    else {
      cells.push_back(fixed_text(value, kPrecision));
      const auto last = cells.back().find_last_not_of('0');
      most = std::max(most, last - cells.back().find('.'));
    }
  }
  if (!vanishes && !large)
    for (auto& cell : cells)
      if (const auto point = cell.find('.'); point != std::string::npos)
        cell.resize(point + 1 + most);
  return cells;
}

std::string python_table(const std::vector<std::string>& index,
                         const std::vector<PythonColumn>& columns, const std::string& index_name,
                         int line_width) {
  int index_width = display_width(index_name);
  for (const auto& each : index) index_width = std::max(index_width, display_width(each));
  std::vector<int> widths;
  for (const auto& column : columns) {
    // A place is kept for a sign, where there is none too.
    const bool negative = std::ranges::any_of(
        column.cells, [](const std::string& cell) { return cell.starts_with('-'); });
    int width = display_width(column.name) + 1;
    for (const auto& cell : column.cells)
      width = std::max(width, display_width(cell) + (negative ? 0 : 1));
    widths.push_back(width);
  }
  const int room = line_width - index_width - 1;
  std::string text;
  for (std::size_t begin = 0; begin < columns.size();) {
    std::size_t end = begin;
    int used = 0;
    for (; end < columns.size(); ++end) {
      used += widths[end] + 1;
      if (end > begin && used + (end + 1 == columns.size() ? 1 : 2) > room) break;
    }
    const bool more = end < columns.size();
    text += std::string(static_cast<std::size_t>(index_width), ' ');
    for (auto j = begin; j < end; ++j) text += ' ' + pad_left(columns[j].name, widths[j]);
    text += more ? "  \\\n" : "\n";
    if (!index_name.empty()) {
      text += pad_right(index_name, index_width);
      for (auto j = begin; j < end; ++j)
        text += std::string(static_cast<std::size_t>(widths[j]) + 1, ' ');
      text += "\n";
    }
    for (std::size_t i = 0; i < index.size(); ++i) {
      text += pad_right(index[i], index_width);
      for (auto j = begin; j < end; ++j)
        text += ' ' + pad_left(i < columns[j].cells.size() ? columns[j].cells[i] : "", widths[j]);
      text += more ? "   \n" : "\n";
    }
    if (more) text += "\n";
    begin = end;
  }
  return text;
}

}  // namespace insitu
