#include "report/pca_report.hpp"

#include <nlohmann/json.hpp>

#include "report/document.hpp"
#include "report/format_number.hpp"
#include "report/text_table.hpp"

namespace insitu {

using nlohmann::json;

std::string pca_report(const json& reply, const ReportHeader& header, bool summary) {
  const auto names = texts_in(member(reply, "names")),
             components = texts_in(member(reply, "components"));
  auto text = call_lines(header) + data_lines(header);
  text += "Number of valid observations: " +
          format_single(number_in(member(reply, "n.obs")), header.digits) + "\n";
  text += "Number of missing observations: " +
          format_single(number_in(member(reply, "missing.obs")), header.digits) + "\n\n";
  const auto rows = [&](const std::vector<std::pair<const char*, const char*>>& titles) {
    std::vector<std::string> row_names;
    std::vector<TableColumn> columns;
    for (const auto& component : components) columns.push_back({component, {}});
    for (const auto& [title, key] : titles) {
      row_names.emplace_back(title);
      const auto cells = format_column(numbers_in(member(reply, key)), header.digits);
      for (std::size_t i = 0; i < columns.size() && i < cells.size(); ++i)
        columns[i].cells.push_back(cells[i]);
    }
    return print_table(row_names, columns, header.width);
  };
  if (!summary) return text + "Standard deviations:\n" + rows({{"", "sdev"}});
  text += "Importance of components:\n" + rows({{"Standard deviation", "sdev"},
                                                {"Proportion of Variance", "proportion"},
                                                {"Cumulative Proportion", "cumulative"}});
  std::vector<TableColumn> columns;
  for (const auto& values : matrix_columns(member(reply, "loadings"), names.size()))
    columns.push_back({columns.size() < components.size() ? components[columns.size()] : "",
                       format_column(values, header.digits)});
  return text + "\nLoadings:\n" + print_table(names, columns, header.width);
}

}  // namespace insitu
