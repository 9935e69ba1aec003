#include "capi/set_info_request.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/error.hpp"
#include "base/named.hpp"
#include "base/suggest.hpp"
#include "capi/formats.hpp"
#include "capi/frame_collector.hpp"
#include "capi/make_sink.hpp"
#include "capi/pipeline_request.hpp"
#include "sources/xdf/info.hpp"

namespace insitu {

using nlohmann::json;

namespace {

const std::vector<std::string>& known_keys() {
  static const std::vector<std::string> keys = {
      "name",   "position",       "newName",         "description", "low",     "high",
      "levels", "valueInfoCodes", "valueInfoLabels", "tzone",       "varType", "storage"};
  return keys;
}

/// Which variable an entry is about.
std::size_t position_of(const Schema& schema, const Options& entry) {
  if (entry.has("name")) return schema.index(entry.text("name"));
  const auto position = entry.whole("position", 0);
  if (position < 1 || position > static_cast<std::int64_t>(schema.size()))
    throw InvalidArgument("`varInfo`: each entry needs a name, or a position from 1 to "_named +
                          std::to_string(schema.size()) + ", not " + std::to_string(position));
  return static_cast<std::size_t>(position - 1);
}

void change(Field& field, const Options& entry) {
  if (entry.has("newName")) {
    field.name = entry.text("newName");
    if (field.name.empty()) throw InvalidArgument("`varInfo$newName` must not be empty"_named);
  }
  if (entry.has("description")) field.description = entry.text("description");
  const auto is_range = field.type != Type::kString && !is_factor(field.type);
  for (const auto* key : {"low", "high"})
    if (entry.has(key) && !is_range)
      throw InvalidArgument("`varInfo`: "_named + field.name + " is not a number and has no " +
                            key);
  if (entry.has("low")) field.low = entry.number("low", 0);
  if (entry.has("high")) field.high = entry.number("high", 0);
  if (field.low && field.high && *field.low > *field.high)
    throw InvalidArgument("`varInfo`: low is greater than high for "_named + field.name);
  if (entry.has("levels")) {
    if (!is_factor(field.type))
      throw InvalidArgument("`varInfo`: "_named + field.name +
                            " is not a factor and has no levels");
    auto levels = entry.texts("levels");
    if (!field.levels || levels.size() != field.levels->size())
      throw InvalidArgument("`varInfo`: "_named + field.name + " has " +
                            std::to_string(field.levels ? field.levels->size() : 0) +
                            " levels, not " + std::to_string(levels.size()) +
                            "; levels can be renamed here, not added or removed");
    field.levels = make_levels(std::move(levels));
  }
  if (entry.has("valueInfoCodes") || entry.has("valueInfoLabels")) {
    field.value_codes = entry.texts("valueInfoCodes");
    field.value_labels = entry.texts("valueInfoLabels");
    if (field.value_codes.size() != field.value_labels.size())
      throw InvalidArgument("`varInfo`: valueInfoCodes and valueInfoLabels of "_named + field.name +
                            " must have the same length");
  }
  if (entry.has("tzone")) field.time_zone = entry.text("tzone");
}

/// The rows of a data frame under changed names, levels and descriptions.
json frame_with(Call& call, const DataSource& source, std::vector<Field> fields) {
  std::vector<Chunk> chunks;
  call.context.read(
      source, {}, [&](const Chunk& chunk) { chunks.push_back(chunk); }, call.control);
  const auto schema = std::make_shared<const Schema>(std::move(fields));
  for (auto& chunk : chunks) {
    for (std::size_t i = 0; i < chunk.columns.size(); ++i)
      if (is_factor(chunk.columns[i].type()))
        chunk.columns[i] = chunk.columns[i].with_levels((*schema)[i].levels);
    chunk.schema = schema;
  }
  json reply = {{"numVars", schema->size()}};
  reply["frame"] = add_frame(call.reply, schema, std::move(chunks));
  return reply;
}

json changed(Call& call, const std::vector<json>& entries,
             const std::optional<std::string>& description) {
  json descriptor = descriptor_of(call.options.value("data"), "data");
  const auto lock = takes_columns(descriptor) ? lock_file(call, file_of(descriptor)) : nullptr;
  const auto source = plain_source(call, "data", &descriptor);
  const auto type = descriptor.value("type", std::string());
  if (type == "frame") {
    auto fields = source->schema()->fields();
    for (const auto& each : entries) {
      const Options entry(each, "varInfo");
      change(fields[position_of(*source->schema(), entry)], entry);
    }
    auto reply = frame_with(call, *source, std::move(fields));
    if (description) reply["description"] = *description;
    return reply;
  }
  if (type != "RxXdfData")
    throw Unsupported("only .xdf files and data frames hold information about their variables; " +
                      type + " does not");
  const auto path = file_of(descriptor);
  const auto info = xdf_info(path, *call.sources.files());
  const Schema schema(info.fields);
  auto fields = info.fields;
  for (const auto& each : entries) {
    const Options entry(each, "varInfo");
    change(fields[position_of(schema, entry)], entry);
  }
  (void)Schema(fields);  // names stay unique
  rewrite_xdf_metadata(path, fields, description, *call.sources.files());
  return {{"outFile", descriptor}};
}

}  // namespace

json set_var_info_request(Call& call) {
  const auto& given = call.options.value("varInfo");
  std::vector<json> entries;
  if (given.is_array()) {
    entries.assign(given.begin(), given.end());
  } else if (given.is_object()) {  // {name: {...}}
    for (const auto& [name, entry] : given.items()) {
      entries.push_back(entry);
      if (entry.is_object() && !entry.contains("name")) entries.back()["name"] = name;
    }
  } else {
    throw InvalidArgument(
        "`varInfo` is missing: give an array of variables with what is to change"_named);
  }
  for (const auto& entry : entries) {
    if (!entry.is_object())
      throw InvalidArgument("`varInfo`: each entry must be an object with a name"_named);
    for (const auto& [key, value] : entry.items())
      if (std::find(known_keys().begin(), known_keys().end(), key) == known_keys().end())
        throw InvalidArgument("`varInfo`: unknown entry: "_named + key +
                              did_you_mean(key, known_keys()));
  }
  return changed(call, entries, std::nullopt);
}

json set_info_request(Call& call) { return changed(call, {}, call.options.text("description")); }

}  // namespace insitu
