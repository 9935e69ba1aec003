#include "shaping/partition_set.hpp"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <unordered_set>

#include "base/base64.hpp"
#include "base/error.hpp"
#include "data/schema_json.hpp"
#include "shaping/key_codec.hpp"

namespace insitu {

using nlohmann::json;

namespace {

constexpr const char* kVersionKey = "insituPartitionSet";
constexpr int kVersion = 1;

bool is_plain_name(const std::string& name) {
  return !name.empty() && name.front() != '.' && name.find('/') == std::string::npos &&
         name.find('\0') == std::string::npos;
}

}  // namespace

std::string PartitionSet::to_text() const {
  json document = {{kVersionKey, kVersion}, {"keys", json::parse(schema_to_json(Schema(keys)))}};
  auto& list = document["partitions"] = json::array();
  for (const auto& each : partitions)
    list.push_back({{"file", each.file}, {"rows", each.rows}, {"key", to_base64(each.key)}});
  return document.dump() + "\n";
}

PartitionSet PartitionSet::from_text(std::string_view text, const std::string& folder) {
  const auto fail = [&](const std::string& why) -> DataError {
    return DataError("the partitioned set " + folder + " is damaged: " + why);
  };
  PartitionSet set;
  try {
    const auto document = json::parse(text);
    const auto version = document.at(kVersionKey).get<std::int64_t>();
    if (version != kVersion)
      throw Unsupported("the partitioned set " + folder + " has version " +
                        std::to_string(version) + "; this program reads version " +
                        std::to_string(kVersion));
    set.keys = schema_from_json(document.at("keys").dump())->fields();
    for (const auto& one : document.at("partitions")) {
      auto& partition = set.partitions.emplace_back();
      partition.file = one.at("file").get<std::string>();
      partition.rows = one.at("rows").get<std::int64_t>();
      partition.key = from_base64(one.at("key").get<std::string>());
      if (!is_plain_name(partition.file))
        throw fail("'" + partition.file + "' names no file in it");
      if (partition.rows < 1) throw fail(partition.file + " has no rows");
    }
  } catch (const json::exception& error) {
    throw fail(error.what());
  } catch (const InvalidArgument& error) {
    throw fail(error.what());
  }
  std::vector<std::string> keys, names;
  for (const auto& field : set.keys) names.push_back(field.name);
  std::unordered_set<std::string_view> files;
  for (const auto& each : set.partitions) {
    keys.push_back(each.key);
    if (!files.insert(each.file).second) throw fail(each.file + " is named twice");
  }
  if (std::ranges::adjacent_find(keys, std::greater_equal<>()) != keys.end())
    throw fail("its keys are not in order");
  try {
    (void)KeyCodec(Schema(set.keys), names).decode(keys);
  } catch (const Error& error) {
    throw fail(error.what());
  }
  return set;
}

std::string PartitionSet::text_in(const std::string& folder) {
  namespace fs = std::filesystem;
  std::error_code failure;
  if (!fs::is_directory(folder, failure)) return "";
  const auto path = fs::path(folder) / kFile;
  return fs::is_regular_file(path, failure) ? path.string() : "";
}

}  // namespace insitu
