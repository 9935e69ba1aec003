#include "capi/formats.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/named.hpp"
#include "columnar/registry.hpp"
#include "odbc/registry.hpp"
#include "sources/registry.hpp"

namespace insitu {

using nlohmann::json;

namespace {

using enum KeyKind;

constexpr DescriptorKey kHiveKeys[] = {
    {"query", kText},           {"table", kText}, {"colInfo", kColumns},
    {"saveAsTempTable", kFlag}, {"cache", kFlag}, {"writeFactorsAsIndexes", kFlag},
};
constexpr DescriptorKey kSparkFrameKeys[] = {
    {"view", kText},
    {"colInfo", kColumns},
    {"cache", kFlag},
    {"writeFactorsAsIndexes", kFlag},
};

const Format kTables[] = {
    {.type = "RxHiveData",
     .said = "hive:TABLE",
     .keys = kHiveKeys,
     .is_table = true,
     .prefix = "hive:",
     .appends = Appends::kRows},
    {.type = "RxSparkDataFrame",
     .said = "a data frame of Spark",
     .keys = kSparkFrameKeys,
     .is_table = true},
};

std::string text_at(const json& descriptor, const char* key) {
  const auto found = descriptor.find(key);
  return found != descriptor.end() && found->is_string() ? found->get<std::string>() : "";
}

bool flag_at(const json& descriptor, const char* key) {
  const auto found = descriptor.find(key);
  return found != descriptor.end() && found->is_boolean() && found->get<bool>();
}

/// Under the first of `keys` that the descriptor of a table has; null for files of ours.
json engine_place(const json& descriptor, std::initializer_list<const char*> keys) {
  const auto* format = format_of(descriptor);
  if (!format) return nullptr;
  if (!format->engine_kind.empty())
    return {{"kind", format->engine_kind}, {"path", text_at(descriptor, "file")}};
  if (!format->is_table) return nullptr;
  for (const auto* key : keys)
    if (auto name = text_at(descriptor, key); !name.empty()) return {{"kind", key}, {key, name}};
  return nullptr;
}

}  // namespace

std::span<const Format> formats() {
  static const std::vector<Format> kFormats = [] {
    std::vector<Format> all;
    for (const auto some :
         {stored_formats(), columnar_formats(), odbc_formats(), std::span<const Format>(kTables)})
      all.insert(all.end(), some.begin(), some.end());
    return all;
  }();
  return kFormats;
}

const Format* find_format(std::span<const Format> among, std::string_view type) {
  const auto found =
      std::ranges::find_if(among, [&](const Format& each) { return each.type == type; });
  return found == among.end() ? nullptr : &*found;
}

const Format* format_of(const json& descriptor) {
  return find_format(formats(), text_at(descriptor, "type"));
}

bool takes_columns(const nlohmann::json& descriptor) {
  const auto* format = format_of(descriptor);
  return format && format->appends == Appends::kRowsAndColumns;
}

std::string endings_of_files(bool written) {
  std::string text;
  for (const auto& format : formats())
    if (!written || format.sink)
      for (const auto ending : format.endings)
        text.append(text.empty() ? "." : ", .").append(ending);
  return text;
}

json table_of_path(const std::string& path) {
  for (const auto& format : formats()) {
    if (format.prefix.empty() || !path.starts_with(format.prefix)) continue;
    const auto rest = path.substr(format.prefix.size());
    const bool is_query = rest.find_first_of(" \t\n") != std::string::npos;
    return {{"type", format.type},
            {is_query ? (format.has_key("sqlQuery") ? "sqlQuery" : "query") : "table", rest}};
  }
  return nullptr;
}

json engine_source(const json& descriptor) {
  auto place = engine_place(descriptor, {"query", "table", "view"});
  if (!place.is_null())
    place["cache"] = flag_at(descriptor, "cache") || flag_at(descriptor, "saveAsTempTable");
  return place;
}

json engine_target(const json& descriptor) {
  auto place = engine_place(descriptor, {"table", "view"});
  if (place.is_null()) {
    if (const auto* format = format_of(descriptor); format && format->is_table)
      throw InvalidArgument("`outFile`: "_named + named(format->type) +
                            " needs a table to be written to, not a query");
    return nullptr;
  }
  if (flag_at(descriptor, "saveAsTempTable")) place = {{"kind", "view"}, {"view", place["table"]}};
  place["factorsAsIndexes"] = flag_at(descriptor, "writeFactorsAsIndexes");
  return place;
}

}  // namespace insitu
