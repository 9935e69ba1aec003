#include "report/summary_report.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "report/data_table.hpp"
#include "report/document.hpp"
#include "report/format_number.hpp"
#include "report/python_table.hpp"

namespace insitu {

using nlohmann::json;

namespace {

using Columns = std::vector<DocumentColumn>;

std::size_t rows_of(const Columns& columns) { return columns.empty() ? 0 : columns[0].rows(); }

/// A term with factors: its table and what stands above it.
struct Category {
  Columns columns;
  std::string term;
  std::vector<std::string> variables;
  bool counts = false;
  json valid, missing;

  std::string heading() const { return variables.empty() ? term : variables.front(); }
};

std::vector<Category> categories_of(const json& reply) {
  std::vector<Category> categories;
  const auto& headings = member(reply, "headings");
  for (const auto& table : member(reply, "categorical")) {
    const auto k = categories.size();
    const json heading = k < headings.size() ? headings[k] : json::object();
    categories.push_back({table_columns(table), heading.value("term", std::string()),
                          texts_in(member(heading, "variables")),
                          heading.value("statistic", std::string()) == "counts",
                          member(heading, "valid"), member(heading, "missing")});
  }
  return categories;
}

/// Rows of sDataFrame that are not factors: their counts are a table of their own.
Columns numeric_rows(Columns statistics, const std::vector<Category>& categories) {
  if (statistics.empty()) return statistics;
  std::vector<std::size_t> rows;
  for (std::size_t i = 0; i < statistics[0].texts.size(); ++i)
    if (std::ranges::none_of(categories, [&](const Category& each) {
          return each.counts && each.term == statistics[0].texts[i];
        }))
      rows.push_back(i);
  for (auto& column : statistics) {
    auto from = std::exchange(column, {column.name, column.numeric, {}, {}});
    for (const auto row : rows) {
      if (column.numeric)
        column.numbers.push_back(from.numbers[row]);
      else
        column.texts.push_back(std::move(from.texts[row]));
    }
  }
  if (rows.empty()) statistics.clear();
  return statistics;
}

/// A table as Python prints it; `index_name`: the column that is the index.
std::string python_table_of(const Columns& table, const std::string& index_name = "") {
  std::vector<PythonColumn> columns;
  std::vector<std::string> index;
  for (const auto& column : table) {
    if (!index_name.empty() && column.name == index_name)
      index = column.texts;
    else
      columns.push_back(
          {column.name, column.numeric ? python_floats(column.numbers) : column.texts});
  }
  if (index.empty())
    for (std::size_t i = 0; i < rows_of(table); ++i) index.push_back(std::to_string(i));
  return python_table(index, columns, index_name);
}

std::string python_summary(const json& reply, const ReportHeader& header, const Columns& numeric,
                           const std::vector<Category>& categories) {
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
  if (!numeric.empty()) text += "\n" + python_table_of(numeric);
  for (const auto& category : categories) {
    const auto rows = std::to_string(rows_of(category.columns));
    text += category.counts ? "\nCategory Counts for " + category.heading() +
                                  "\nNumber of categories: " + rows + "\n\n"
                            : "\nStatistics by category (" + rows + " categories):\n\n";
    const bool indexed = category.counts && category.variables.size() == 1;
    text += python_table_of(category.columns, indexed ? category.variables[0] : "");
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
  const auto categories = categories_of(reply);
  const auto statistics = table_columns(member(reply, "sDataFrame"));
  const auto numeric = numeric_rows(statistics, categories);
  if (header.python) return python_summary(reply, header, numeric, categories);
  auto text = call_lines(header) + title_lines(header, "Summary Statistics", formula);
  text += "Number of valid observations: " + count(member(reply, "nobs.valid")) + " \n";
  const bool frame = header.data_class.empty() || header.data_class == "data.frame";
  if (frame || formula == "~." || formula == "~ .")
    text += "Number of missing observations: " + count(member(reply, "nobs.missing")) + " \n";
  if (!numeric.empty()) text += " \n" + data_table(numeric, header.digits, header.width);

  for (const auto& category : categories) {
    const auto rows = std::to_string(rows_of(category.columns));
    if (!category.counts) {
      text += "\nStatistics by category (" + rows + " categories):\n\n";
    } else {
      text +=
          "\nCategory Counts for " + category.heading() + "\nNumber of categories: " + rows + "\n";
      if (!weighted && category.variables.size() < 2)
        text += "Number of valid observations: " + count(category.valid) +
                "\nNumber of missing observations: " + count(category.missing) + "\n";
      text += "\n";
    }
    text += data_table(category.columns, header.digits, header.width);
  }

  const auto& files = member(reply, "byGroup");
  for (std::size_t i = 0; i < files.size(); ++i)
    text += (i == 0 ? "\nBy-group statistics for " : "By-group statistics for ") +
            files[i].value("term", std::string()) + " contained in " +
            files[i].value("file", std::string()) + " \n";
  return text;
}

}  // namespace insitu
