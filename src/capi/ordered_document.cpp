#include "capi/ordered_document.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

namespace insitu {

using nlohmann::json;
using nlohmann::ordered_json;

namespace {

constexpr const char* kLabels[] = {"Name", "Category"};
constexpr const char* kStatistics[] = {
    "Mean",       "Means",        "StdDev",         "Min",   "Max", "Sum", "ValidObs",
    "MissingObs", "SumOfWeights", "MissingWeights", "Counts"};

/// The columns of a table, labels in front, in the order of `variables` where they are named there.
ordered_json ordered_table(const json& table, const json& variables) {
  std::vector<std::string> names;
  const auto add = [&](const std::string& name) {
    if (table.contains(name) && std::ranges::find(names, name) == names.end())
      names.push_back(name);
  };
  for (const auto* name : kLabels) add(name);
  if (variables.is_array())
    for (const auto& name : variables)
      if (name.is_string()) add(name.get<std::string>());
  for (const auto& [name, values] : table.items())
    if (std::ranges::find(kStatistics, name) == std::end(kStatistics)) add(name);
  for (const auto* name : kStatistics) add(name);
  ordered_json ordered = ordered_json::object();
  for (const auto& name : names) ordered[name] = table[name];
  return ordered;
}

ordered_json ordered_value(const json& value) {
  if (value.is_array()) {
    ordered_json copy = ordered_json::array();
    for (const auto& each : value) copy.push_back(ordered_value(each));
    return copy;
  }
  if (!value.is_object()) return value;
  ordered_json copy = ordered_json::object();
  const auto variables = value.find("variables");
  for (const auto& [name, member] : value.items()) {
    const bool is_table = (name == "sDataFrame" || name == "columns") && member.is_object();
    copy[name] = is_table ? ordered_table(member, variables == value.end() ? json() : *variables)
                          : ordered_value(member);
  }
  return copy;
}

}  // namespace

std::string ordered_document_text(const json& reply) {
  return ordered_value(reply).dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

}  // namespace insitu
