#include "report/ridge_report.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "report/document.hpp"
#include "report/format_number.hpp"
#include "report/text_table.hpp"

namespace insitu {

using nlohmann::json;

namespace {

std::string head(const json& reply, const ReportHeader& header, const char* title) {
  const auto count = [&](const char* field) {
    return format_single(number_in(member(reply, field)), header.digits) + "\n";
  };
  return call_lines(header) + title_lines(header, title, reply.value("formula", std::string())) +
         "Number of valid observations: " + count("nValidObs") +
         "Number of missing observations: " + count("nMissingObs");
}

}  // namespace

std::string elastic_net_report(const json& reply, const ReportHeader& header) {
  std::vector<TableColumn> columns;
  for (const auto& [title, key] : {std::pair{"Df", "df"}, {"R-squared", "r.squared"}})
    columns.push_back({title, format_column(numbers_in(member(reply, key)), header.digits)});
  return head(reply, header, "Elastic Net") + "\n" +
         print_table(texts_in(member(reply, "lambdaNames")), columns, header.width);
}

std::string ridge_report(const json& reply, const ReportHeader& header) {
  const auto lambdas = texts_in(member(reply, "lambdaNames")),
             names = texts_in(member(reply, "coefficientNames"));
  auto text = head(reply, header, "Ridge Regression");
  text += "\nCoefficients by lambda:\n";
  std::vector<TableColumn> columns;
  for (const auto& values : matrix_columns(member(reply, "coefficients"), lambdas.size()))
    columns.push_back({columns.size() < names.size() ? names[columns.size()] : "",
                       format_column(values, header.digits)});
  return text + print_table(lambdas, columns, header.width);
}

}  // namespace insitu
