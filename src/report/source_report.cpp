#include "report/source_report.hpp"

#include <nlohmann/json.hpp>

namespace insitu {

using nlohmann::json;

namespace {

std::string option_text(const json& value) {
  if (value.is_boolean()) return value.get<bool>() ? "TRUE" : "FALSE";
  return value.is_string() ? value.get<std::string>() : value.dump();
}

}  // namespace

std::string source_report(const json& descriptor, const std::vector<PrintedOption>& options) {
  auto text = descriptor.value("type", std::string()) + " Source\n";
  if (descriptor.contains("file")) text += "\"" + option_text(descriptor["file"]) + "\"\n";
  for (const auto& [name, standard] : options) {
    const auto found = descriptor.find(name);
    const bool said = found != descriptor.end() && !found->is_null();
    text.append(name).append(": ").append(said ? option_text(*found) : standard).append("\n");
  }
  const auto files = descriptor.find("fileSystem");
  text += "fileSystem: \n\tfileSystemType: " +  // words: the layout of print(RxXdfData)
          (files != descriptor.end() && files->is_string() ? files->get<std::string>()
                                                           : std::string("native")) +
          "\n";
  return text;
}

}  // namespace insitu
