#include "sources/column_info.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/named.hpp"
#include "base/suggest.hpp"

namespace insitu {

using nlohmann::json;

namespace {

/// A single value; languages may send it as an array of one.
const json& scalar(const json& value) {
  return value.is_array() && value.size() == 1 ? value[0] : value;
}

std::string shown(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::vector<std::string> levels_of(const json& value, const std::string& what) {
  const json items = value.is_array() ? value : json::array({value});
  std::vector<std::string> levels;
  for (const auto& item : items) {
    if (!item.is_string() && !item.is_number())
      throw InvalidArgument(what + ": levels must be a list of texts: " + shown(value));
    levels.push_back(item.is_string() ? item.get<std::string>() : item.dump());
  }
  auto sorted = levels;
  std::sort(sorted.begin(), sorted.end());
  if (const auto twice = std::adjacent_find(sorted.begin(), sorted.end()); twice != sorted.end())
    throw InvalidArgument(what + ": levels holds a level twice: " + *twice);
  return levels;
}

WantedColumn wanted_column(const json& entry, const std::string& what) {
  static const std::vector<std::string> kElements = {"name", "type", "levels"};
  if (!entry.is_object())
    throw InvalidArgument(what + " must be a list with type and levels: " + shown(entry));
  WantedColumn wanted;
  bool typed = false;
  for (const auto& [key, value] : entry.items()) {
    if (std::find(kElements.begin(), kElements.end(), key) == kElements.end())
      throw InvalidArgument(what + " has an element that this source does not take: " + key +
                            did_you_mean(key, kElements) +
                            "; it takes type and levels, use "
                            "transforms for the rest");
    if (value.is_null() || key == "name") continue;
    if (key == "levels") {
      wanted.levels = levels_of(value, what);
      continue;
    }
    const auto& name = scalar(value);
    if (!name.is_string()) throw InvalidArgument(what + ": type must be one text: " + shown(value));
    try {
      wanted.type = type_from_name(name.get<std::string>());
    } catch (const InvalidArgument& failure) {
      throw InvalidArgument(what + ": " + failure.what());
    }
    typed = true;
  }
  if (!typed && !wanted.levels) throw InvalidArgument(what + " says nothing: give type or levels");
  if (wanted.levels && !is_factor(wanted.type))
    throw InvalidArgument(what + ": levels are for factors, but the type is " +
                          std::string(type_name(wanted.type)));
  return wanted;
}

}  // namespace

ColumnInfo column_info_from_json(const json& value, const std::string& owner) {
  ColumnInfo info;
  if (value.is_null()) return info;
  const auto add = [&](const std::string& name, const json& entry) {
    const auto what = owner + ": `colInfo` of "_named + name;
    if (!info.emplace(name, wanted_column(entry, what)).second)
      throw InvalidArgument(what + " is there twice");
  };
  if (value.is_object()) {
    for (const auto& [name, entry] : value.items()) add(name, entry);
    return info;
  }
  if (!value.is_array())
    throw InvalidArgument(owner + ": `colInfo` must be a list of variables: "_named + shown(value));
  for (const auto& entry : value) {
    if (!entry.is_object() || !entry.contains("name") || !entry["name"].is_string())
      throw InvalidArgument(owner + ": `colInfo` must be a list whose entries have a name: "_named +
                            shown(entry));
    add(entry["name"].get<std::string>(), entry);
  }
  return info;
}

json column_info_to_json(const ColumnInfo& info) {
  json document = json::object();
  for (const auto& [name, wanted] : info) {
    auto& entry = document[name] = {{"type", type_name(wanted.type)}};
    if (wanted.levels) entry["levels"] = *wanted.levels;
  }
  return document;
}

}  // namespace insitu
