#include "sources/registry.hpp"

#include <nlohmann/json.hpp>

#include "base/suggest.hpp"
#include "sources/text/source.hpp"
#include "sources/xdf/source.hpp"

namespace insitu {

namespace {

struct Format {
  const char* type;
  std::shared_ptr<const DataSource> (*source)(const nlohmann::json&, const FileSystemPtr&);
  std::unique_ptr<DataSink> (*sink)(const nlohmann::json&, const SchemaPtr&, const SinkOptions&);
};

constexpr Format kFormats[] = {
    {"RxTextData", make_text_source, make_text_sink},
    {"RxXdfData", make_xdf_source, make_xdf_sink},
};

const Format& format_of(const nlohmann::json& descriptor) {
  const auto type = descriptor.value("type", std::string());
  for (const auto& format : kFormats)
    if (type == format.type) return format;
  throw InvalidArgument("unknown data source type: '" + type + "'" +
                        did_you_mean(type, format_types()));
}

}  // namespace

std::vector<std::string> format_types() {
  std::vector<std::string> types;
  for (const auto& format : kFormats) types.emplace_back(format.type);
  return types;
}

std::shared_ptr<const DataSource> make_format_source(const nlohmann::json& descriptor,
                                                     const FileSystemPtr& files) {
  return format_of(descriptor).source(descriptor, files);
}

std::unique_ptr<DataSink> make_format_sink(const nlohmann::json& descriptor,
                                           const SchemaPtr& schema, const SinkOptions& options) {
  return format_of(descriptor).sink(descriptor, schema, options);
}

}  // namespace insitu
