#include "columnar/registry.hpp"

#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/named.hpp"
#include "columnar/columnar_files.hpp"
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

template <ColumnFormat kFormat>
std::shared_ptr<const DataSource> open_source(const nlohmann::json& descriptor,
                                              const SourceTools& tools) {
  const auto options = columnar_options_from_json(kFormat, descriptor);
  const auto info = column_info_from_json(descriptor.value("colInfo", nlohmann::json()),
                                          descriptor.value("type", std::string()));
  // Arrow opens the files of this machine: they are looked at here.
  if (tools.versions && !options.is_far)
    for (const auto& file : columnar_files(options.file))
      if (const auto version = file_identity(file)) tools.versions->see(file, *version);
  const auto source = std::make_shared<ColumnarSource>(
      options.format, options.file, options.is_far ? tools.files.get() : nullptr);
  const auto& left_out = source->left_out();
  for (const auto& [name, type] : left_out)
    if (info.contains(name))
      throw InvalidArgument("`colInfo` of "_named + name +
                            ": its type has no counterpart here: " + type);
  if (!left_out.empty() && tools.warn) {
    std::vector<std::string> named;  // "photo (binary)"
    for (const auto& [name, type] : left_out) named.push_back(name + " (" + type + ")");
    tools.warn("variables of types that have no counterpart here are left out: " + listed(named) +
               ": " + options.file);
  }
  if (!source->rounded().empty() && tools.warn)
    tools.warn(
        "unsigned 64-bit whole numbers are read as numeric, which loses digits beyond 2^53; store "
        "them as int64 or as texts to keep all: " +
        listed(source->rounded()) + ": " + options.file);
  return typed_columns(source, info);
}

template <ColumnFormat kFormat>
std::unique_ptr<DataSink> open_sink(const nlohmann::json& descriptor, const SchemaPtr& schema,
                                    const SinkOptions& options) {
  return open_columnar_sink(columnar_options_from_json(kFormat, descriptor), schema, options);
}

}  // namespace

std::span<const Format> columnar_formats() {
  static const Format kFormats[] = {
      {.type = "RxParquetData",
       .said = "Parquet",
       .keys = kColumnarKeys,
       .endings = {"parquet"},
       .magic = "PAR1",
       .in_folders = true,
       .engine_kind = "parquet",
       .source = open_source<ColumnFormat::kParquet>,
       .sink = open_sink<ColumnFormat::kParquet>},
      {.type = "RxOrcData",
       .said = "ORC",
       .keys = kColumnarKeys,
       .endings = {"orc"},
       .magic = "ORC",
       .in_folders = true,
       .engine_kind = "orc",
       .source = open_source<ColumnFormat::kOrc>,
       .sink = open_sink<ColumnFormat::kOrc>},
  };
  return kFormats;
}

}  // namespace insitu
