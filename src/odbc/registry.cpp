#include "odbc/registry.hpp"

#include <nlohmann/json.hpp>

#include "base/named.hpp"
#include "odbc/sink.hpp"
#include "odbc/source.hpp"

namespace insitu {

namespace {

std::shared_ptr<const DataSource> open_source(const nlohmann::json& descriptor,
                                              const SourceTools& tools) {
  auto source = std::make_shared<OdbcSource>(odbc_options_from_json(descriptor));
  if (!tools.warn) return source;
  std::string left_out, rounded;
  for (const auto& [name, type] : source->left_out())
    left_out += (left_out.empty() ? "" : ", ") + name + " (" + type + ")";
  for (const auto& name : source->rounded()) rounded += (rounded.empty() ? "" : ", ") + name;
  if (!left_out.empty())
    tools.warn("variables of types that have no counterpart here are left out: " + left_out);
  if (!rounded.empty())
    tools.warn(
        "decimals that may have more than 15 digits are read as the nearest numeric; to keep all "
        "digits, read them as character or int64 with `colInfo`: "_named +
        rounded);
  return source;
}

std::unique_ptr<DataSink> open_sink(const nlohmann::json& descriptor, const SchemaPtr& schema,
                                    const SinkOptions& options) {
  return open_odbc_sink(odbc_options_from_json(descriptor), schema, options);
}

}  // namespace

std::span<const Format> odbc_formats() {
  static const Format kFormats[] = {
      {.type = "RxOdbcData",
       .said = "odbc:TABLE",
       .keys = kOdbcKeys,
       .prefix = "odbc:",
       .appends = Appends::kRows,
       .source = open_source,
       .sink = open_sink},
      {.type = "RxSqlServerData",
       .said = "sqlserver:TABLE",
       .keys = kSqlServerKeys,
       .prefix = "sqlserver:",
       .appends = Appends::kRows,
       .source = open_source,
       .sink = open_sink},
      {.type = "RxPostgresData",
       .said = "postgres:TABLE",
       .keys = kPostgresKeys,
       .prefix = "postgres:",
       .appends = Appends::kRows,
       .source = open_source,
       .sink = open_sink},
  };
  return kFormats;
}

}  // namespace insitu
