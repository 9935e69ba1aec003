#include "columnar/columnar_options.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "base/error.hpp"
#include "base/named.hpp"
#include "base/suggest.hpp"

namespace insitu {

using nlohmann::json;

namespace {

/// A path of this machine: of a file URI the path.
std::string local_path(std::string file, const std::string& type) {
  if (file.starts_with("file:///")) return file.substr(7);
  if (file.starts_with("file:/")) return file.substr(5);
  if (file.find("://") != std::string::npos)
    throw Unsupported(type + " reads files of this machine in this compute context, not " + file +
                      "; read them in `RxSpark`, or copy them here first"_named);
  while (file.size() > 1 && file.back() == '/') file.pop_back();
  return file;
}

}  // namespace

ColumnarOptions columnar_options_from_json(const json& descriptor) {
  static const std::vector<std::string> kKeys = {"type",       "file",  "colInfo",
                                                 "fileSystem", "cache", "writeFactorsAsIndexes"};
  const auto type = descriptor.value("type", std::string());
  ColumnarOptions options;
  options.format = type == "RxOrcData" ? ColumnFormat::kOrc : ColumnFormat::kParquet;
  for (const auto& [key, value] : descriptor.items()) {
    if (std::find(kKeys.begin(), kKeys.end(), key) == kKeys.end())
      throw InvalidArgument(type + ": unknown argument: " + key + did_you_mean(key, kKeys));
    if (value.is_null()) continue;
    if (key == "file") {
      if (!value.is_string())
        throw InvalidArgument(type + ": file must be a path: " + value.dump());
      options.file = value.get<std::string>();
    } else if (key == "writeFactorsAsIndexes" || key == "cache") {
      if (!value.is_boolean())
        throw InvalidArgument(type + ": " + key + " must be true or false: " + value.dump());
      if (key != "cache") options.factors_as_indexes = value.get<bool>();
    }
    // fileSystem and cache say something to Spark; files of this machine are read where they lie.
  }
  if (options.file.empty())
    throw InvalidArgument(type +
                          ": file is missing; give the path of a file or of a folder of files");
  options.file = local_path(std::move(options.file), type);
  return options;
}

}  // namespace insitu
