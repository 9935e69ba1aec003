#pragma once
// Parquet and ORC by the names of their classes. Not in sources/registry.hpp: what links that one
// alone, such as insitu-worker, neither has nor needs Arrow.
#include <functional>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "data/sink.hpp"
#include "data/source.hpp"

namespace insitu {

/// Opens a source from its descriptor (docs/requests.md), colInfo applied. `warn` hears of columns
/// that cannot be used and are left out. Throws InvalidArgument, DataError, Unsupported.
std::shared_ptr<const DataSource> make_columnar_source(
    const nlohmann::json& descriptor, const std::function<void(const std::string&)>& warn);

/// Opens a target. Throws as open_columnar_sink (columnar_sink.hpp).
std::unique_ptr<DataSink> make_columnar_sink(const nlohmann::json& descriptor, const SchemaPtr&,
                                             const SinkOptions&);

/// "RxParquetData", "RxOrcData".
std::vector<std::string> columnar_types();

}  // namespace insitu
