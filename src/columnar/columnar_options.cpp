#include "columnar/columnar_options.hpp"

#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/named.hpp"

namespace insitu {

using nlohmann::json;

namespace {

using enum KeyKind;

constexpr DescriptorKey kKeys[] = {
    {"file", kText},
    {"colInfo", kColumns},
    {"fileSystem"},
    {"cache", kFlag},
    {"writeFactorsAsIndexes", kFlag},
};

bool is_of_hdfs(const std::string& file) { return file.starts_with("hdfs://"); }

/// A path of this machine, of a file URI the path; or one of HDFS.
std::string readable_path(std::string file, const std::string& type) {
  if (file.starts_with("file:///")) return file.substr(7);
  if (file.starts_with("file:/")) return file.substr(5);
  if (file.find("://") != std::string::npos && !is_of_hdfs(file))
    throw Unsupported(type +
                      " reads files of this machine and of HDFS in this compute context, not " +
                      file + "; read them in `RxSpark`, or copy them here first"_named);
  while (file.size() > 1 && file.back() == '/') file.pop_back();
  return file;
}

}  // namespace

const std::span<const DescriptorKey> kColumnarKeys(kKeys);

ColumnarOptions columnar_options_from_json(ColumnFormat format, const json& descriptor) {
  const auto type = descriptor.value("type", std::string());
  check_descriptor(type, kColumnarKeys, descriptor);
  const DescriptorValues values(type);
  ColumnarOptions options{.format = format};
  for (const auto& [key, value] : descriptor.items()) {
    if (value.is_null()) continue;
    if (key == "file")
      options.file = values.text(key, value);
    else if (key == "writeFactorsAsIndexes")
      options.factors_as_indexes = values.flag(key, value);
    // fileSystem and cache say something to Spark; files of this machine are read where they lie.
  }
  if (options.file.empty())
    throw InvalidArgument(type +
                          ": file is missing; give the path of a file or of a folder of files");
  options.file = readable_path(std::move(options.file), type);
  options.is_far = is_of_hdfs(options.file);
  return options;
}

}  // namespace insitu
