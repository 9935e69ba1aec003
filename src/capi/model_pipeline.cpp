#include "capi/model_pipeline.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "methods/options.hpp"

namespace insitu {

using nlohmann::json;

namespace {

constexpr std::size_t kMostBytes = std::size_t{64} << 20;

[[noreturn]] void refuse(const std::string& why) {
  throw DataError("the model contradicts itself: its transforms " + why +
                  "; nothing of it was used");
}

bool is_texts(const json& value) {
  return value.is_string() || (value.is_array() && std::ranges::all_of(value, [](const json& each) {
                                 return each.is_string();
                               }));
}

bool is_transforms(const json& value) {
  return value.is_array() && std::ranges::all_of(value, [](const json& pair) {
           return pair.is_array() && pair.size() == 2 && pair[0].is_string() && pair[1].is_string();
         });
}

bool is_objects(const json& value) {
  if (value.is_array()) return value.empty();  // an empty list of names comes so from R
  return value.is_object() && std::ranges::all_of(value, [](const json& object) {
           if (!object.is_array()) return object.is_primitive();
           return std::ranges::all_of(object, [](const json& each) { return each.is_primitive(); });
         });
}

/// The parts of transformFunc that say what the function wants and is called. Its code and the
/// command of its workers are not among them: the function stays with whoever calls.
struct Part {
  const char* name;
  bool (*fits)(const json&);
};

bool is_text(const json& value) { return value.is_string(); }
bool is_flag(const json& value) { return value.is_boolean(); }
bool is_named_texts(const json& value) {
  return value.is_structured() &&
         std::ranges::all_of(value, [](const json& each) { return is_texts(each); });
}

constexpr Part kFunction[] = {
    {"function", is_text},
    {"language", [](const json& value) { return value == "R" || value == "python"; }},
    {"name", is_text},
    {"variables", is_texts},
    {"ifPresent", is_flag},
    {"required", is_texts},
    {"instead", is_flag},
    {"chunkValues", is_named_texts}};

bool is_function(const json& value) {
  if (!value.is_object() || !value.contains("language")) return false;
  for (const auto& [name, part] : value.items()) {
    const auto known =
        std::ranges::find_if(kFunction, [&](const Part& each) { return name == each.name; });
    if (known == std::end(kFunction) || !known->fits(part)) return false;
  }
  return true;
}

constexpr Part kKeys[] = {{"transforms", is_transforms},
                          {"transformObjects", is_objects},
                          {"transformFunc", is_function},
                          {"transformVars", is_texts},
                          {"transformPackages", is_texts}};

json kept_function(const json& given) {
  json kept = json::object();
  for (const auto& part : kFunction)
    if (const auto found = given.find(part.name); found != given.end() && part.fits(*found))
      kept[part.name] = *found;
  return kept;
}

}  // namespace

std::string model_pipeline(const json& request) {
  json kept = json::object();
  for (const auto& key : kKeys) {
    const auto found = request.find(key.name);
    if (found == request.end() || found->is_null() || found->empty()) continue;
    const bool function = found->is_object() && std::string_view(key.name) == "transformFunc";
    kept[key.name] = function ? kept_function(*found) : *found;
  }
  return kept.empty() ? "" : document_text(kept);
}

json model_pipeline_from(std::string_view text) {
  if (text.empty()) return json::object();
  if (text.size() > kMostBytes) refuse("are larger than 64 MiB");
  json pipeline;
  try {
    pipeline = parse_document(text);
  } catch (const InvalidArgument&) {
    refuse("are not a document");
  }
  if (!pipeline.is_object()) refuse("are not a document");
  for (auto& [name, value] : pipeline.items()) {
    const auto known =
        std::ranges::find_if(kKeys, [&](const Part& each) { return name == each.name; });
    if (known == std::end(kKeys)) refuse("name '" + name + "', which is no part of a model");
    // Models of version 0.1 kept code and the command of its workers, too.
    if (name == "transformFunc" && value.is_object())
      for (const auto* part : {"code", "worker"}) value.erase(part);
    if (!known->fits(value)) refuse("have a '" + name + "' of another kind");
  }
  return pipeline;
}

json with_model_pipeline(json request, const json& pipeline) {
  for (const auto& [key, value] : pipeline.items())
    if (!request.contains(key) || request[key].is_null()) request[key] = value;
  return request;
}

}  // namespace insitu
