#include "sources/descriptor_values.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/named.hpp"
#include "base/suggest.hpp"

namespace insitu {

using nlohmann::json;

namespace {

const json& scalar(const json& value) {
  return value.is_array() && value.size() == 1 ? value[0] : value;
}

/// Whether a text is among "a, b or c".
bool is_choice(std::string_view choices, std::string_view text) {
  while (!choices.empty()) {
    const auto end = std::min(choices.find(", "), choices.find(" or "));
    if (choices.substr(0, end) == text) return true;
    if (end == std::string_view::npos) break;
    choices.remove_prefix(end + (choices[end] == ',' ? 2 : 4));
  }
  return false;
}

void check_value(const DescriptorValues& values, const DescriptorKey& key, const json& value) {
  const std::string name(key.name);
  switch (key.kind) {
    case KeyKind::kFlag:
      values.flag(name, value);
      return;
    case KeyKind::kCount:
      values.count(name, value, key.least);
      return;
    case KeyKind::kText:
      values.text(name, value);
      return;
    case KeyKind::kChoice:
      if (!is_choice(key.choices, values.text(name, value)))
        values.fail(name, std::string(key.choices), value);
      return;
    case KeyKind::kMark:
      values.mark(name, value);
      return;
    case KeyKind::kNames:
      values.texts(name, value);
      return;
    case KeyKind::kColumns:
    case KeyKind::kAnything:
      return;
  }
}

}  // namespace

void DescriptorValues::fail(const std::string& argument, const std::string& wanted,
                            const json& value) const {
  throw InvalidArgument(named(owner_) + ": " + (has_names(argument) ? argument : named(argument)) +
                        " must be " + wanted + ": " +
                        value.dump(-1, ' ', false, json::error_handler_t::replace));
}

std::string DescriptorValues::text(const std::string& argument, const json& raw) const {
  const auto& value = scalar(raw);
  if (!value.is_string()) fail(argument, "one string", raw);
  return value.get<std::string>();
}

bool DescriptorValues::flag(const std::string& argument, const json& raw) const {
  const auto& value = scalar(raw);
  if (!value.is_boolean()) fail(argument, "true or false", raw);
  return value.get<bool>();
}

double DescriptorValues::number(const std::string& argument, const json& raw) const {
  const auto& value = scalar(raw);
  if (!value.is_number()) fail(argument, "a number", raw);
  return value.get<double>();
}

std::int64_t DescriptorValues::count(const std::string& argument, const json& raw,
                                     std::int64_t least) const {
  const double value = number(argument, raw);
  if (!(value >= static_cast<double>(least)) || value > 9e15 ||
      value != static_cast<double>(static_cast<std::int64_t>(value)))
    fail(argument, "a whole number of at least " + std::to_string(least), raw);
  return static_cast<std::int64_t>(value);
}

std::vector<std::string> DescriptorValues::texts(const std::string& argument,
                                                 const json& value) const {
  if (value.is_string()) return {value.get<std::string>()};
  if (!value.is_array()) fail(argument, "a list of strings", value);
  std::vector<std::string> texts;
  for (const auto& item : value) {
    if (item.is_string())
      texts.push_back(item.get<std::string>());
    else if (item.is_number())
      texts.push_back(item.dump());
    else
      fail(argument, "a list of strings", value);
  }
  return texts;
}

char DescriptorValues::mark(const std::string& argument, const json& value) const {
  const auto found = text(argument, value);
  if (found.empty()) return '\0';
  if (found == "\\t") return '\t';
  if (found.size() != 1 || static_cast<unsigned char>(found[0]) >= 0x80 || found[0] == '\0' ||
      found[0] == '\n' || found[0] == '\r')
    fail(argument, "one ASCII character", value);
  return found[0];
}

void check_descriptor(std::string_view owner, std::span<const DescriptorKey> keys,
                      const json& descriptor) {
  const auto about = named(owner) + ": ";
  if (!descriptor.is_object())
    throw InvalidArgument(about + "the description of the source is not an object");
  const DescriptorValues values(owner);
  for (const auto& [name, value] : descriptor.items()) {
    if (name == "type") continue;
    const auto key = std::ranges::find_if(
        keys, [&name](const DescriptorKey& each) { return each.name == name; });
    if (key == keys.end()) {
      std::vector<std::string> known;
      for (const auto& each : keys) known.emplace_back(each.name);
      throw InvalidArgument(about + "unknown argument: " + name + did_you_mean(name, known));
    }
    if (!value.is_null()) check_value(values, *key, value);
  }
  const auto says = [&](const char* name) {
    const auto found = descriptor.find(name);
    return found != descriptor.end() && !found->is_null();
  };
  if (says("varsToKeep") && says("varsToDrop"))
    throw InvalidArgument(
        about + "`varsToKeep` and `varsToDrop` exclude each other; give one of them"_named);
}

}  // namespace insitu
