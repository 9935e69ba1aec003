#include "report/glm_report.hpp"

#include <cmath>
#include <nlohmann/json.hpp>
#include <vector>

#include "base/number_text.hpp"
#include "report/coefficient_table.hpp"
#include "report/document.hpp"
#include "report/format_number.hpp"
#include "report/lin_mod_report.hpp"

namespace insitu {

using nlohmann::json;

namespace {

constexpr const char* kLogit = "Logistic Regression";
constexpr const char* kGlm = "Generalized Linear Model";

std::string title_of(const json& reply, const char* title) {
  const auto& cube = member(member(reply, "params"), "cube");
  return cube.is_boolean() && cube.get<bool>() ? std::string("Cube ") + title : title;
}

double residual_degrees(const json& reply) {
  const auto degrees = numbers_in(member(reply, "df"));
  return degrees.size() > 1 ? degrees[1] : std::nan("");
}

std::string table_of(const json& reply, const ReportHeader& header, const char* statistic,
                     const char* p_value) {
  const auto names = texts_in(member(reply, "coefficientNames"));
  const auto column = [&](const char* field) {
    auto columns = matrix_columns(member(reply, field), names.size());
    return columns.empty() ? std::vector<double>(names.size(), std::nan("")) : columns[0];
  };
  CoefficientTable table{names, column("coefficients"), column("coef.std.error"),
                         column("coef.t.value"), column("coef.p.value")};
  table.statistic_name = statistic;
  table.p_value_name = p_value;
  for (const auto& each : table_columns(member(reply, "countDF")))
    if (each.name == "Counts") table.counts = each.numbers;
  return "Coefficients:\n" + coefficient_table(table, 4, header.width) + robust_line(reply);
}

std::string last_lines(const json& reply, const ReportHeader& header) {
  return "\nCondition number of final variance-covariance matrix: " +
         format_single(round_decimals(number_in(member(reply, "condition.number")), 4),
                       header.digits) +
         " \nNumber of iterations: " + format_integer(number_in(member(reply, "iter"))) + "\n";
}

std::string deviance_text(const json& reply) {
  return fixed_text(number_in(member(reply, "deviance")), 4);
}

/// Family and deviance, above the coefficients.
std::string glm_lines(const json& reply) {
  return "Family-link: " + reply.value("family", std::string()) + "-" +
         reply.value("link", std::string()) + " \n \nResidual deviance: " + deviance_text(reply) +
         " (on " + format_integer(residual_degrees(reply)) + " degrees of freedom)\n \n";
}

}  // namespace

std::string logit_print(const json& reply, const ReportHeader& header) {
  return regression_header(reply, header, title_of(reply, kLogit), false) + " \n" +
         coefficients_text(reply, header);
}

std::string logit_summary(const json& reply, const ReportHeader& header) {
  return regression_header(reply, header, title_of(reply, kLogit), true) +
         "-2*LogLikelihood: " + deviance_text(reply) + " (Residual deviance on " +
         format_integer(residual_degrees(reply)) + " degrees of freedom)\n \n" +
         table_of(reply, header, "z value", "Pr(>|z|)") + last_lines(reply, header);
}

std::string glm_print(const json& reply, const ReportHeader& header) {
  return regression_header(reply, header, title_of(reply, kGlm), false) + glm_lines(reply) +
         coefficients_text(reply, header);
}

std::string glm_summary(const json& reply, const ReportHeader& header) {
  return regression_header(reply, header, title_of(reply, kGlm), true) + glm_lines(reply) +
         table_of(reply, header, "t value", "Pr(>|t|)") + "\n(Dispersion parameter for " +
         reply.value("family", std::string()) + " family taken to be " +
         format_single(number_in(member(reply, "dispersion")), header.digits) + ")\n" +
         last_lines(reply, header);
}

}  // namespace insitu
