#include "report/source_report.hpp"

#include <nlohmann/json.hpp>

namespace insitu {

using nlohmann::json;

namespace {

struct Default {
  const char* name;
  const char* value;  ///< printed when the descriptor does not say
};

constexpr Default kTextOptions[] = {{"centuryCutoff", "20"},    {"rowsToSniff", "10000"},
                                    {"rowsToSkip", "0"},        {"defaultReadBufferSize", "10000"},
                                    {"isFixedFormat", "FALSE"}, {"useFastRead", "TRUE"}};

std::string option_text(const json& value) {
  if (value.is_boolean()) return value.get<bool>() ? "TRUE" : "FALSE";
  return value.is_string() ? value.get<std::string>() : value.dump();
}

}  // namespace

std::string source_report(const json& descriptor) {
  if (descriptor.is_string()) return source_report({{"type", "RxXdfData"}, {"file", descriptor}});
  const auto type = descriptor.value("type", std::string("RxXdfData"));
  auto text = type + " Source\n";
  if (descriptor.contains("file")) text += "\"" + option_text(descriptor["file"]) + "\"\n";
  if (type == "RxTextData")
    for (const auto& [name, value] : kTextOptions) {
      const auto found = descriptor.find(name);
      const bool said = found != descriptor.end() && !found->is_null();
      text += std::string(name) + ": " + (said ? option_text(*found) : value) + "\n";
    }
  const auto files = descriptor.find("fileSystem");
  text += "fileSystem: \n\tfileSystemType: " +  // words: the layout of print(RxXdfData)
          (files != descriptor.end() && files->is_string() ? files->get<std::string>()
                                                           : std::string("native")) +
          "\n";
  return text;
}

}  // namespace insitu
