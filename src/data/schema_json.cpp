#include "data/schema_json.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/error.hpp"

namespace insitu {

using nlohmann::json;

std::string schema_to_json(const Schema& schema) {
  auto document = json::array();
  for (const auto& field : schema.fields()) {
    json one = {{"name", field.name}, {"type", type_name(field.type)}};
    if (field.levels) one["levels"] = *field.levels;
    if (field.low && std::isfinite(*field.low)) one["low"] = *field.low;
    if (field.high && std::isfinite(*field.high)) one["high"] = *field.high;
    if (!field.description.empty()) one["description"] = field.description;
    if (!field.value_codes.empty()) one["valueCodes"] = field.value_codes;
    if (!field.value_labels.empty()) one["valueLabels"] = field.value_labels;
    if (!field.time_zone.empty()) one["timeZone"] = field.time_zone;
    document.push_back(std::move(one));
  }
  try {
    return document.dump();
  } catch (const json::exception&) {
    throw DataError("a variable's name, level or description is not UTF-8");
  }
}

SchemaPtr schema_from_json(std::string_view text) {
  try {
    const auto document = json::parse(text);
    if (!document.is_array()) throw DataError("a schema must be a JSON array of columns");
    std::vector<Field> fields;
    fields.reserve(document.size());
    for (const auto& one : document) {
      Field field;
      field.name = one.at("name").get<std::string>();
      field.type = type_from_name(one.at("type").get<std::string>());
      if (one.contains("levels"))
        field.levels = make_levels(one["levels"].get<std::vector<std::string>>());
      if (one.contains("low")) field.low = one["low"].get<double>();
      if (one.contains("high")) field.high = one["high"].get<double>();
      field.description = one.value("description", "");
      if (one.contains("valueCodes"))
        field.value_codes = one["valueCodes"].get<std::vector<std::string>>();
      if (one.contains("valueLabels"))
        field.value_labels = one["valueLabels"].get<std::vector<std::string>>();
      if (field.value_codes.size() != field.value_labels.size())
        throw DataError("variable '" + field.name +
                        "' has value labels of another number than codes");
      field.time_zone = one.value("timeZone", "");
      fields.push_back(std::move(field));
    }
    return std::make_shared<const Schema>(std::move(fields));
  } catch (const json::exception& failure) {
    throw DataError(std::string("a schema cannot be read: ") + failure.what());
  }
}

}  // namespace insitu
