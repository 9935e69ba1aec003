#include "report/document.hpp"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

namespace insitu {

using nlohmann::json;

double number_in(const json& value) {
  if (value.is_number()) return value.get<double>();
  if (value.is_boolean()) return value.get<bool>() ? 1 : 0;
  if (value.is_string()) {
    if (value == "Inf") return std::numeric_limits<double>::infinity();
    if (value == "-Inf") return -std::numeric_limits<double>::infinity();
  }
  return std::numeric_limits<double>::quiet_NaN();
}

std::vector<double> numbers_in(const json& given) {
  std::vector<double> numbers;
  const auto& array = given.is_object() ? member(given, "values") : given;
  if (given.is_primitive() && !given.is_null()) numbers.push_back(number_in(given));
  if (array.is_array())
    for (const auto& each : array) numbers.push_back(number_in(each));
  return numbers;
}

std::vector<std::string> texts_in(const json& array) {
  std::vector<std::string> texts;
  if (array.is_string()) texts.push_back(array.get<std::string>());
  if (array.is_array())
    for (const auto& each : array)
      texts.push_back(each.is_string() ? each.get<std::string>() : each.dump());
  return texts;
}

const json& member(const json& object, const char* name) {
  static const json null;
  if (!object.is_object()) return null;
  const auto found = object.find(name);
  return found == object.end() ? null : *found;
}

std::vector<DocumentColumn> table_columns(const json& table) {
  std::vector<DocumentColumn> columns;
  for (const auto& entry : member(table, "$table")) {
    DocumentColumn column;
    column.name = entry.value("name", std::string());
    const auto kind = entry.value("kind", std::string());
    const auto& values = member(entry, "values");
    if (kind == "factor") {
      const auto labels = texts_in(member(entry, "levels"));
      for (const double code : numbers_in(member(entry, "codes")))
        column.texts.push_back(code >= 0 && code < static_cast<double>(labels.size())
                                   ? labels[static_cast<std::size_t>(code)]
                                   : "NA");
    } else if (kind == "number") {
      column.numeric = true;
      column.numbers = numbers_in(values);
    } else {
      column.texts = texts_in(values);
    }
    columns.push_back(std::move(column));
  }
  return columns;
}

std::vector<std::vector<double>> matrix_columns(const json& matrix, std::size_t rows) {
  std::vector<std::vector<double>> columns;
  const bool flat =
      matrix.is_object() || (matrix.is_array() && !matrix.empty() && !matrix.front().is_array());
  if (flat || matrix.is_number()) {
    const auto values = numbers_in(matrix);
    for (std::size_t begin = 0; rows > 0 && begin + rows <= values.size(); begin += rows)
      columns.emplace_back(values.begin() + static_cast<std::ptrdiff_t>(begin),
                           values.begin() + static_cast<std::ptrdiff_t>(begin + rows));
    return columns;
  }
  if (!matrix.is_array() || matrix.empty()) return columns;
  for (const auto& row : matrix) {
    const auto numbers = numbers_in(row);
    columns.resize(std::max(columns.size(), numbers.size()));
    for (std::size_t j = 0; j < numbers.size(); ++j) columns[j].push_back(numbers[j]);
  }
  return columns;
}

}  // namespace insitu
