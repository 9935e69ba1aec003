#include "report/ridge_report.hpp"

#include <nlohmann/json.hpp>

#include "report/document.hpp"
#include "report/format_number.hpp"
#include "report/text_table.hpp"

namespace insitu {

using nlohmann::json;

std::string ridge_report(const json& reply, const ReportHeader& header) {
  const auto lambdas = texts_in(member(reply, "lambdaNames")),
             names = texts_in(member(reply, "coefficientNames"));
  const auto count = [&](const char* field) {
    return format_single(number_in(member(reply, field)), header.digits) + "\n";
  };
  auto text = call_lines(header) +
              title_lines(header, "Ridge Regression", reply.value("formula", std::string()));
  text += "Number of valid observations: " + count("nValidObs");
  text += "Number of missing observations: " + count("nMissingObs");
  text += "\nCoefficients by lambda:\n";
  std::vector<TableColumn> columns;
  for (const auto& values : matrix_columns(member(reply, "coefficients"), lambdas.size()))
    columns.push_back({columns.size() < names.size() ? names[columns.size()] : "",
                       format_column(values, header.digits)});
  return text + print_table(lambdas, columns, header.width);
}

}  // namespace insitu
