#include "capi/descriptors.hpp"

#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/named.hpp"
#include "capi/file_kind.hpp"

namespace insitu {

using nlohmann::json;

namespace {

json given_descriptor(const json& value, const char* what) {
  if (!value.is_object())
    throw InvalidArgument(named(what) + " is missing: give a path or a data source");
  return value;
}

bool is_xdf(const json& descriptor) {
  return descriptor.value("type", std::string()) == "RxXdfData" && !file_of(descriptor).empty();
}

}  // namespace

json descriptor_of(const json& value, const char* what) {
  if (value.is_string()) return descriptor_of_input(value.get<std::string>(), what);
  auto found = given_descriptor(value, what);
  if (is_xdf(found)) found["file"] = xdf_to_read(file_of(found));
  return found;
}

json target_descriptor_of(const json& value, const char* what, std::optional<bool> composite) {
  if (value.is_string()) return descriptor_of_output(value.get<std::string>(), what, composite);
  auto found = given_descriptor(value, what);
  const auto set = found.find("createCompositeSet");
  if (set != found.end() && set->is_boolean()) composite = set->get<bool>();
  if (is_xdf(found)) set_xdf_target(found, file_of(found), composite);
  return found;
}

std::string class_of(const json& descriptor) {
  const auto type = descriptor.value("type", std::string());
  return type == "frame" ? "data.frame" : type;
}

std::string file_of(const json& descriptor) {
  const auto found = descriptor.find("file");
  return found != descriptor.end() && found->is_string() ? found->get<std::string>()
                                                         : std::string();
}

}  // namespace insitu
