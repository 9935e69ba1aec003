#include "report/lin_mod_report.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "report/coefficient_table.hpp"
#include "report/document.hpp"
#include "report/format_number.hpp"
#include "report/text_table.hpp"

namespace insitu {

using nlohmann::json;

namespace {

bool is_cube(const json& reply) {
  const auto& cube = member(member(reply, "params"), "cube");
  return cube.is_boolean() ? cube.get<bool>() : member(reply, "countDF").is_object();
}

std::string header_lines(const json& reply, const ReportHeader& header, bool sum_of_weights) {
  return regression_header(reply, header,
                           is_cube(reply) ? "Cube Linear Regression" : "Linear Regression",
                           sum_of_weights) +
         " \n";
}

double value_of(const json& array, std::size_t response) {
  const auto numbers = numbers_in(array);
  return response < numbers.size() ? numbers[response] : std::nan("");
}

std::vector<double> column_or_missing(const std::vector<std::vector<double>>& columns,
                                      std::size_t j, std::size_t rows) {
  return j < columns.size() ? columns[j] : std::vector<double>(rows, std::nan(""));
}

}  // namespace

std::size_t dropped_count(const json& reply) {
  std::size_t count = 0;
  for (const auto& each : member(reply, "aliased")) count += each == true || each == 1;
  return count;
}

std::string regression_header(const json& reply, const ReportHeader& header,
                              const std::string& title, bool sum_of_weights) {
  const auto names = texts_in(member(reply, "coefficientNames"));
  const auto count = [&](const json& value) {
    return format_single(number_in(value), header.digits);
  };
  auto text =
      call_lines(header) + title_lines(header, title, reply.value("formula", std::string()));
  std::string responses;
  for (const auto& name : texts_in(member(reply, "y.names")))
    responses += (responses.empty() ? "" : ", ") + name;
  text += "Dependent variable(s): " + responses + "\n";
  text += "Total independent variables: " + std::to_string(names.size()) + " ";
  if (const auto gone = dropped_count(reply); gone > 0)
    text += "(Including number dropped: " + std::to_string(gone) + ")";
  text += "\n";
  const auto& weights = member(reply, "sumOfWeights");
  if (sum_of_weights && !header.fweights.empty() && !weights.is_null())
    text += "Sum of weights of valid observations: " +
            count(weights.is_array() ? weights.at(0) : weights) + "\n";
  else
    text += "Number of valid observations: " + count(member(reply, "nValidObs")) + "\n";
  return text + "Number of missing observations: " + count(member(reply, "nMissingObs")) + " \n";
}

std::string coefficients_text(const json& reply, const ReportHeader& header,
                              const char* columns_of) {
  const auto names = texts_in(member(reply, "coefficientNames"));
  const auto responses = texts_in(member(reply, columns_of));
  const auto coefficients = matrix_columns(member(reply, "coefficients"), names.size());
  std::vector<TableColumn> columns;
  for (std::size_t j = 0; j < responses.size(); ++j) {
    const auto values = column_or_missing(coefficients, j, names.size());
    TableColumn column{responses[j], format_column(values, header.digits)};
    for (std::size_t i = 0; i < column.cells.size(); ++i)
      if (std::isnan(values[i])) column.cells[i] = "Dropped";
    columns.push_back(std::move(column));
  }
  return "Coefficients:\n" + print_table(names, columns, header.width);
}

std::string lin_mod_print(const json& reply, const ReportHeader& header) {
  return header_lines(reply, header, false) + coefficients_text(reply, header);
}

std::string lin_mod_summary(const json& reply, const ReportHeader& header) {
  const auto names = texts_in(member(reply, "coefficientNames"));
  const auto responses = texts_in(member(reply, "y.names"));
  const auto columns = [&](const char* field) {
    return matrix_columns(member(reply, field), names.size());
  };
  const auto estimates = columns("coefficients"), errors = columns("coef.std.error"),
             statistics = columns("coef.t.value"), p_values = columns("coef.p.value");
  const bool cube = is_cube(reply);
  const auto gone = dropped_count(reply);
  const auto degrees = numbers_in(member(reply, "df"));
  const auto residual_degrees = degrees.size() > 1 ? degrees[1] : std::nan("");
  const auto& f = member(reply, "fstatistics");

  auto text = header_lines(reply, header, true);
  for (std::size_t j = 0; j < responses.size(); ++j) {
    if (responses.size() > 1)
      text += (j > 0 ? "\nResponse " : "Response ") + responses[j] + ":\n\n";
    text += "Coefficients:";
    if (gone > 0) text += " (" + std::to_string(gone) + " not defined because of singularities)";
    text += "\n";
    CoefficientTable table{names, column_or_missing(estimates, j, names.size()),
                           column_or_missing(errors, j, names.size()),
                           column_or_missing(statistics, j, names.size()),
                           column_or_missing(p_values, j, names.size())};
    for (const auto& column : table_columns(member(reply, "countDF")))
      if (column.name == "Counts") table.counts = column.numbers;
    text += coefficient_table(table, 4, header.width);
    const auto field = [&](const char* name) { return value_of(member(reply, name), j); };
    text += "\nResidual standard error: " +
            format_single(round_significant(field("sigma"), 4), header.digits) + " on " +
            format_integer(residual_degrees) + " degrees of freedom\n";
    text += "Multiple R-squared: " + format_general(field("r.squared"), 4) +
            (cube ? " (as if intercept included)" : " ") + "\n";
    text += "Adjusted R-squared: " + format_general(field("adj.r.squared"), 4) + " \n";
    text += "F-statistic: " + format_general(value_of(member(f, "value"), j), 4) + " on " +
            format_integer(value_of(member(f, "numdf"), 0)) + " and " +
            format_integer(value_of(member(f, "dendf"), 0)) +
            " DF,  p-value: " + format_p_value(field("f.pvalue"), 4) + " \n";
    text += "Condition number: " +
            format_single(round_decimals(number_in(member(reply, "condition.number")), 4),
                          header.digits) +
            " \n";
  }
  return text;
}

}  // namespace insitu
