#include "report/moments_report.hpp"

#include <nlohmann/json.hpp>

#include "report/document.hpp"
#include "report/format_number.hpp"
#include "report/text_table.hpp"

namespace insitu {

using nlohmann::json;

std::string moments_report(const json& reply, const ReportHeader& header) {
  const auto count = [&](const char* field) {
    return format_single(number_in(member(reply, field)), header.digits) + "\n";
  };
  const auto list = [&](const char* title, const std::vector<std::string>& names) {
    std::string text = title;
    for (std::size_t i = 0; i < names.size(); ++i) text += (i ? ", " : " ") + names[i];
    return names.empty() ? "" : wrap_words(text, header.width, "    ") + "\n";
  };
  auto text = call_lines(header) + "Moments of: " + reply.value("formula", std::string()) + "\n" +
              data_lines(header);
  text += "Number of valid observations: " + count("nValidObs");
  text += "Number of missing observations: " + count("nMissingObs");
  text += list("Numbers:", texts_in(member(reply, "numbers")));
  std::vector<std::string> factors;
  const auto& levels = member(reply, "factorLevels");
  if (levels.is_object())
    for (const auto& [name, each] : levels.items())
      factors.push_back(name + " (" + std::to_string(each.size()) + " levels)");
  text += list("Factors:", factors);
  text += list("Terms:", texts_in(member(reply, "terms")));
  text += "Runs of rows: " + count("runs");
  text += "Precision: " + reply.value("precision", std::string()) + "\n";
  const auto file = reply.value("outFile", std::string());
  if (!file.empty()) text += "File: " + file + "\n";
  return text;
}

}  // namespace insitu
