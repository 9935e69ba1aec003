#include "report/summary_report.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "report/data_table.hpp"
#include "report/document.hpp"
#include "report/format_number.hpp"
#include "report/python_table.hpp"

namespace insitu {

using nlohmann::json;

namespace {

constexpr const char* kStatistics[] = {
    "Mean",       "Means",        "StdDev",         "Min",   "Max", "Sum", "ValidObs",
    "MissingObs", "SumOfWeights", "MissingWeights", "Counts"};

bool is_statistic(const std::string& name) {
  return std::ranges::find(kStatistics, name) != std::end(kStatistics);
}

json column_of(const std::string& name, const json& values, const std::vector<std::size_t>& rows) {
  json chosen = json::array();
  bool text = false;
  for (const auto row : rows) {
    const auto& value = row < values.size() ? values[row] : json();
    text |= value.is_string() && value != "Inf" && value != "-Inf";
    chosen.push_back(value);
  }
  return {{"name", name}, {"kind", text ? "text" : "number"}, {"values", std::move(chosen)}};
}

/// Columns in the order of printing: labels first, then the statistics.
json table_of(const json& columns, const std::vector<std::string>& labels,
              const std::vector<std::size_t>& rows) {
  json table = json::array();
  const auto add = [&](const std::string& name) {
    const auto& values = member(columns, name.c_str());
    const bool there =
        std::ranges::any_of(table, [&](const json& each) { return each["name"] == name; });
    if (!values.is_array() || there) return;
    table.push_back(column_of(name, values, rows));
    if (!is_statistic(name)) table.back()["kind"] = "text";
  };
  for (const auto& label : labels) add(label);
  for (const auto& [name, values] : columns.items())
    if (!is_statistic(name)) add(name);
  for (const auto* name : kStatistics) add(name);
  return {{"columns", std::move(table)}};
}

std::vector<std::size_t> all_rows(const json& columns) {
  std::size_t count = 0;
  for (const auto& values : columns) count = std::max(count, values.size());
  std::vector<std::size_t> rows(count);
  for (std::size_t i = 0; i < count; ++i) rows[i] = i;
  return rows;
}

/// Rows of sDataFrame that are not factors: their counts are a table of their own.
std::vector<std::size_t> rows_of_numbers(const json& reply) {
  const auto names = texts_in(member(member(reply, "sDataFrame"), "Name"));
  const auto& categorical = member(reply, "categorical");
  std::vector<std::size_t> rows;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const bool counted = std::ranges::any_of(categorical, [&](const json& each) {
      return each.value("statistic", std::string()) == "counts" &&
             (each.value("term", std::string()) == names[i] || member(each, "name") == names[i]);
    });
    if (!counted) rows.push_back(i);
  }
  return rows;
}

/// A table as Python prints it: `labels` name the columns of texts.
std::string python_table_of(const json& table, std::vector<std::string> index,
                            const std::string& index_name = "") {
  std::vector<PythonColumn> columns;
  std::size_t rows = 0;
  for (const auto& column : table["columns"]) {
    const auto& values = column["values"];
    rows = std::max(rows, values.size());
    if (column["name"] == index_name) {
      index = texts_in(values);
      continue;
    }
    columns.push_back({column["name"].get<std::string>(), column["kind"] == "number"
                                                              ? python_floats(numbers_in(values))
                                                              : texts_in(values)});
  }
  if (index.empty())
    for (std::size_t i = 0; i < rows; ++i) index.push_back(std::to_string(i));
  return python_table(index, columns, index_name);
}

std::string python_summary(const json& reply, const ReportHeader& header,
                           const std::vector<std::size_t>& numeric_rows) {
  auto formula = reply.value("formula", std::string());
  formula.erase(0, formula.find_first_not_of("~ "));
  const auto count = [](const json& value) { return format_integer(number_in(value)) + ".0"; };
  std::string text = "Summary Statistics Results for: " + formula + "\n";
  if (!header.file_name.empty()) text += "File name: " + header.file_name + "\n";
  if (!header.pweights.empty()) text += "Probability weights: " + header.pweights + "\n";
  if (!header.fweights.empty()) text += "Frequency weights: " + header.fweights + "\n";
  text += "Number of valid observations: " + count(member(reply, "nobs.valid")) + "\n";
  if (header.file_name.empty())
    text += "Number of missing observations: " + count(member(reply, "nobs.missing")) + "\n";
  if (!numeric_rows.empty())
    text +=
        "\n" + python_table_of(table_of(member(reply, "sDataFrame"), {"Name"}, numeric_rows), {});
  for (const auto& entry : member(reply, "categorical")) {
    const auto& columns = member(entry, "columns");
    const auto rows = all_rows(columns);
    auto labels = texts_in(member(entry, "variables"));
    const bool counts = entry.value("statistic", std::string()) == "counts";
    if (counts) {
      const auto heading = labels.empty() ? entry.value("term", std::string()) : labels.front();
      text += "\nCategory Counts for " + heading +
              "\nNumber of categories: " + std::to_string(rows.size()) + "\n\n";
    } else {
      text += "\nStatistics by category (" + std::to_string(rows.size()) + " categories):\n\n";
      labels.insert(labels.begin(), "Category");
    }
    text += python_table_of(table_of(columns, labels, rows), {},
                            counts && labels.size() == 1 ? labels[0] : "");
  }
  return text;
}

}  // namespace

std::string summary_report(const json& reply, const ReportHeader& header) {
  const bool weighted = !header.pweights.empty() || !header.fweights.empty();
  const auto formula = reply.value("formula", std::string());
  const auto count = [&](const json& value) {
    return format_single(number_in(value), header.digits);
  };
  const auto numeric_rows = rows_of_numbers(reply);
  if (header.python) return python_summary(reply, header, numeric_rows);
  auto text = call_lines(header) + title_lines(header, "Summary Statistics", formula);
  text += "Number of valid observations: " + count(member(reply, "nobs.valid")) + " \n";
  const bool frame = header.data_class.empty() || header.data_class == "data.frame";
  if (frame || formula == "~." || formula == "~ .")
    text += "Number of missing observations: " + count(member(reply, "nobs.missing")) + " \n";
  const auto& categorical = member(reply, "categorical");

  const auto& statistics = member(reply, "sDataFrame");
  const auto names = texts_in(member(statistics, "Name"));
  if (!numeric_rows.empty())
    text += " \n" + data_table(table_of(statistics, {"Name"}, numeric_rows), false, false,
                               header.digits, header.width);

  for (const auto& entry : categorical) {
    const auto& columns = member(entry, "columns");
    const auto rows = all_rows(columns);
    auto labels = texts_in(member(entry, "variables"));
    if (entry.value("statistic", std::string()) == "stats") {
      text += "\nStatistics by category (" + std::to_string(rows.size()) + " categories):\n\n";
      labels.insert(labels.begin(), "Category");
    } else {
      const auto heading = labels.empty() ? entry.value("term", std::string()) : labels.front();
      text += "\nCategory Counts for " + heading +
              "\nNumber of categories: " + std::to_string(rows.size()) + "\n";
      if (!weighted && labels.size() < 2)
        text += "Number of valid observations: " + count(member(entry, "valid")) +
                "\nNumber of missing observations: " + count(member(entry, "missing")) + "\n";
      text += "\n";
    }
    text += data_table(table_of(columns, labels, rows), false, false, header.digits, header.width);
  }

  const auto& files = member(reply, "byGroupFiles");
  for (std::size_t i = 0; i < files.size(); ++i) {
    const auto& file = files[i];
    const auto path =
        file.is_string() ? file.get<std::string>() : file.value("file", std::string());
    const auto term = file.is_object()   ? file.value("term", std::string())
                      : i < names.size() ? names[i]
                                         : "";
    text += (i == 0 ? "\nBy-group statistics for " : "By-group statistics for ") + term +
            " contained in " + path + " \n";
  }
  return text;
}

}  // namespace insitu
