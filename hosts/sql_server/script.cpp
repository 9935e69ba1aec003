#include "script.hpp"

#include <algorithm>
#include <array>

#include "base/error.hpp"
#include "base/suggest.hpp"
#include "methods/methods.hpp"
#include "methods/options.hpp"

namespace insitu::sql_server {

using nlohmann::json;

json parse_script(const std::string& text) {
  json script;
  try {
    script = parse_document(text);
  } catch (const Error& error) {
    throw InvalidArgument(std::string("@script is no JSON of this extension, as in "
                                      "{\"rx\": 1, \"op\": \"hello\"}: ") +
                          error.what());
  }
  if (!script.is_object() || !script.contains("rx"))
    throw InvalidArgument(
        "@script is no script of this extension: it begins with {\"rx\": 1, \"op\": ...}");
  if (script["rx"] != kProtocol)
    throw InvalidArgument("@script speaks version " + script["rx"].dump() +
                          " of the protocol, this extension version " + std::to_string(kProtocol) +
                          ": install the extension that belongs to the client");
  if (!script.contains("op") || !script["op"].is_string())
    throw InvalidArgument("@script has no \"op\"");
  return script;
}

void check_keys(const json& script, const std::vector<std::string>& known) {
  for (const auto& [key, value] : script.items())
    if (key != "rx" && key != "op" && std::ranges::find(known, key) == known.end())
      throw InvalidArgument("@script: " + script["op"].get<std::string>() + " does not know " +
                            key + did_you_mean(key, known));
}

json checked_analysis(const json& script, bool rows) {
  const auto found = script.find("analysis");
  if (found == script.end() || !found->is_object())
    throw InvalidArgument(
        "@script: \"analysis\" must be the request of a method, as in {\"op\": \"lin_mod\", "
        "\"formula\": \"y ~ x\"}");
  auto document = *found;
  const auto op = document.value("op", std::string());
  const auto* method = method_of_op(op);
  if (!method) throw InvalidArgument("@script: " + op + " is no method (docs/methods.md)");
  static constexpr std::array kAlways = {"op",        "print", "digits", "width", "call",
                                         "dataLabel", "style", "face",   "levels"};
  static constexpr std::array kRows = {"transforms", "transformObjects", "rowSelection",
                                       "removeMissings"};
  for (const auto& [key, value] : document.items()) {
    if (std::ranges::find(kAlways, key) != kAlways.end()) continue;
    if (rows && std::ranges::find(kRows, key) != kRows.end()) continue;
    const auto option = std::ranges::find(method->options, key, &OptionKey::key);
    if (option == method->options.end())
      throw InvalidArgument("@script: " + op + " cannot be given " + key +
                            " in the database, where the query brings the rows");
    // Whoever may run scripts may not for that reason write files of the server.
    if (value.is_null() || (option->kind != OptionKind::kTarget && key != "outFile")) continue;
    throw InvalidArgument("@script: " + key +
                          " would write a file on the server: leave it out, and keep the result "
                          "where it is received");
  }
  return document;
}

}  // namespace insitu::sql_server
