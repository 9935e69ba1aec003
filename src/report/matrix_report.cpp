#include "report/matrix_report.hpp"

#include <nlohmann/json.hpp>

#include "report/document.hpp"
#include "report/format_number.hpp"
#include "report/text_table.hpp"

namespace insitu {

using nlohmann::json;

std::string matrix_report(const json& reply, const ReportHeader& header, const char* key,
                          const std::string& statistic) {
  const auto names = texts_in(member(reply, "names"));
  const auto count = [&](const char* field) {
    return format_single(number_in(member(reply, field)), header.digits) + " \n";
  };
  auto text = call_lines(header) + data_lines(header);
  text += "Number of valid observations: " + count("valid.obs");
  text += "Number of missing observations: " + count("missing.obs");
  text += "Statistic: ";
  for (const char c : statistic) text += c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  text += " \n\n";
  std::vector<TableColumn> columns;
  for (const auto& values : matrix_columns(member(reply, key), names.size()))
    columns.push_back({columns.size() < names.size() ? names[columns.size()] : "",
                       format_column(values, header.digits)});
  return text + print_table(names, columns, header.width);
}

}  // namespace insitu
