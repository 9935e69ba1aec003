#include "report/coefficient_table.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/number_text.hpp"
#include "report/format_number.hpp"
#include "report/text_table.hpp"

namespace insitu {

namespace {

constexpr const char* kDropped = "Dropped";

std::string trimmed(std::string text) {
  text.erase(0, text.find_first_not_of(' '));
  return text;
}

}  // namespace

std::string coefficient_table(const CoefficientTable& table, int digits, int width) {
  const std::size_t rows = table.labels.size();
  const int test_digits = std::clamp(digits - 1, 1, 5);

  // Estimates and standard errors share their decimals: enough for `digits` digits of the smallest.
  std::vector<double> both = table.estimates;
  both.insert(both.end(), table.standard_errors.begin(), table.standard_errors.end());
  double least = std::numeric_limits<double>::infinity();
  for (const double value : both)
    if (std::isfinite(value) && value != 0) least = std::min(least, std::fabs(value));
  const int decimals = std::max(
      1, digits - (std::isfinite(least) ? 1 + static_cast<int>(std::floor(std::log10(least))) : 1));
  std::vector<double> rounded = both;
  for (auto& value : rounded) value = round_decimals(value, decimals);
  auto cells = format_column(rounded, digits);
  // What would print as zero without being zero is written with the digits it has.
  std::vector<std::size_t> vanished;
  std::vector<double> vanished_values;
  const auto reads_as_zero = [](std::string_view cell) {
    const auto number =
        leading_number(cell.substr(std::min(cell.find_first_not_of(' '), cell.size())));
    return number && number->value == 0;
  };
  for (std::size_t i = 0; i < both.size(); ++i)
    if (both[i] != 0 && !std::isnan(both[i]) && reads_as_zero(cells[i]))
      vanished.push_back(i), vanished_values.push_back(both[i]);
  const auto rewritten = format_column(vanished_values, std::max(1, digits - 1));
  for (std::size_t i = 0; i < vanished.size(); ++i) cells[vanished[i]] = rewritten[i];

  std::vector<double> statistics = table.statistics;
  for (auto& value : statistics) value = round_decimals(value, test_digits);
  const auto statistic_cells = format_column(statistics, digits);

  std::vector<double> p_values;
  for (double p : table.p_values)
    if (!std::isnan(p)) p_values.push_back(std::max(p, std::numeric_limits<double>::epsilon()));
  const auto p_cells = format_p_values(p_values, test_digits);
  const bool stars = std::ranges::any_of(p_values, [](double p) { return p < 0.1; });

  std::vector<TableColumn> columns{
      {"Estimate", {}}, {"Std. Error", {}}, {table.statistic_name, {}}, {table.p_value_name, {}}};
  TableColumn marks{"", {}, true};
  std::size_t next_p = 0;
  for (std::size_t i = 0; i < rows; ++i) {
    // An estimate without an error (no degrees of freedom are left) is not dropped.
    const char* missing = std::isnan(table.estimates[i]) ? kDropped : "NaN";
    const auto or_missing = [&](double value, const std::string& cell) {
      return std::isnan(value) ? missing : cell;
    };
    columns[0].cells.push_back(or_missing(both[i], cells[i]));
    columns[1].cells.push_back(or_missing(both[rows + i], cells[rows + i]));
    columns[2].cells.push_back(or_missing(table.statistics[i], statistic_cells[i]));
    if (std::isnan(table.p_values[i])) {
      columns[3].cells.emplace_back(missing);
      marks.cells.emplace_back("");
    } else {
      marks.cells.emplace_back(significance_stars(p_values[next_p]));
      columns[3].cells.push_back(p_cells[next_p++]);
    }
  }
  if (stars) columns.push_back(std::move(marks));
  if (!table.counts.empty()) {
    TableColumn bars{"|", {}}, counts{"Counts", {}};
    const auto count_cells = format_column(table.counts);
    for (std::size_t i = 0; i < rows; ++i) {
      bars.cells.emplace_back("|");
      counts.cells.push_back(i < count_cells.size() ? trimmed(count_cells[i]) : "");
    }
    columns.push_back(std::move(bars));
    columns.push_back(std::move(counts));
  }
  auto text = print_table(table.labels, columns, width);
  if (stars) text += "---\nSignif. codes:  0 '***' 0.001 '**' 0.01 '*' 0.05 '.' 0.1 ' ' 1\n";
  return text;
}

}  // namespace insitu
