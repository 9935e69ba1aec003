#include "report/multinom_report.hpp"

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

constexpr const char* kTitle = "Multinomial Logistic Regression";

std::string against(const json& reply) {
  const auto levels = texts_in(member(reply, "response.levels"));
  return levels.empty() ? std::string() : "Classes are compared with: " + levels[0] + "\n \n";
}

}  // namespace

std::string multinom_print(const json& reply, const ReportHeader& header) {
  return regression_header(reply, header, kTitle, false) + against(reply) +
         coefficients_text(reply, header, "classNames");
}

std::string multinom_summary(const json& reply, const ReportHeader& header) {
  const auto names = texts_in(member(reply, "coefficientNames"));
  const auto classes = texts_in(member(reply, "classNames"));
  const auto degrees = numbers_in(member(reply, "df"));
  const auto column = [&](const char* field, std::size_t c) {
    const auto columns = matrix_columns(member(reply, field), names.size());
    return c < columns.size() ? columns[c] : std::vector<double>(names.size(), std::nan(""));
  };
  auto text = regression_header(reply, header, kTitle, true) + against(reply) +
              "-2*LogLikelihood: " + fixed_text(number_in(member(reply, "deviance")), 4) +
              " (Residual deviance on " +
              format_integer(degrees.size() > 1 ? degrees[1] : std::nan("")) +
              " degrees of freedom)\n";
  for (std::size_t c = 0; c < classes.size(); ++c) {
    CoefficientTable table{names, column("coefficients", c), column("coef.std.error", c),
                           column("coef.t.value", c), column("coef.p.value", c)};
    table.statistic_name = "z value";
    table.p_value_name = "Pr(>|z|)";
    text += " \nCoefficients of " + classes[c] + ":\n" + coefficient_table(table, 4, header.width);
  }
  return text + "\nNumber of iterations: " + format_integer(number_in(member(reply, "iter"))) +
         "\n";
}

}  // namespace insitu
