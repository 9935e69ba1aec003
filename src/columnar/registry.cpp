#include "columnar/registry.hpp"

#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/named.hpp"
#include "columnar/columnar_options.hpp"
#include "columnar/columnar_sink.hpp"
#include "columnar/columnar_source.hpp"
#include "sources/typed_columns.hpp"

namespace insitu {

namespace {

/// Joined by commas; long lists are cut.
std::string listed(const std::vector<std::string>& columns) {
  constexpr std::size_t kMost = 10;
  std::string text;
  for (std::size_t i = 0; i < columns.size() && i < kMost; ++i)
    text += (i ? ", " : "") + columns[i];
  if (columns.size() > kMost) text += " and " + std::to_string(columns.size() - kMost) + " more";
  return text;
}

}  // namespace

std::shared_ptr<const DataSource> make_columnar_source(
    const nlohmann::json& descriptor, const std::function<void(const std::string&)>& warn) {
  const auto options = columnar_options_from_json(descriptor);
  const auto info = column_info_from_json(descriptor.value("colInfo", nlohmann::json()),
                                          descriptor.value("type", std::string()));
  const auto source = std::make_shared<ColumnarSource>(options.format, options.file);
  const auto& left_out = source->left_out();
  for (const auto& [name, type] : left_out)
    if (info.contains(name))
      throw InvalidArgument("`colInfo` of "_named + name +
                            ": its type has no counterpart here: " + type);
  if (!left_out.empty() && warn) {
    std::vector<std::string> named;  // "photo (binary)"
    for (const auto& [name, type] : left_out) named.push_back(name + " (" + type + ")");
    warn("variables of types that have no counterpart here are left out: " + listed(named) + ": " +
         options.file);
  }
  if (!source->rounded().empty() && warn)
    warn(
        "unsigned 64-bit whole numbers are read as numeric, which loses digits beyond 2^53; store "
        "them as int64 or as texts to keep all: " +
        listed(source->rounded()) + ": " + options.file);
  return typed_columns(source, info);
}

std::unique_ptr<DataSink> make_columnar_sink(const nlohmann::json& descriptor,
                                             const SchemaPtr& schema, const SinkOptions& options) {
  return open_columnar_sink(columnar_options_from_json(descriptor), schema, options);
}

std::vector<std::string> columnar_types() { return {"RxParquetData", "RxOrcData"}; }

}  // namespace insitu
