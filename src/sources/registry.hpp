#pragma once
// The formats, by the name of their class: one line each in registry.cpp.
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "data/file_system.hpp"
#include "data/sink.hpp"
#include "data/source.hpp"

namespace insitu {

using FileSystemPtr = std::shared_ptr<const FileSystem>;

/// Opens a source from its descriptor (docs/requests.md, "Sources and targets"). Throws
/// InvalidArgument for an unknown type or option (did you mean), DataError when it cannot be read.
std::shared_ptr<const DataSource> make_format_source(const nlohmann::json& descriptor,
                                                     const FileSystemPtr&);

/// Opens a target. `schema` is what will be written (factors may lack levels: they are collected on
/// the way). Throws InvalidArgument when it exists and may not be replaced, or when the format
/// cannot append.
std::unique_ptr<DataSink> make_format_sink(const nlohmann::json& descriptor, const SchemaPtr&,
                                           const SinkOptions&);

/// Types that the registry knows, for messages.
std::vector<std::string> format_types();

}  // namespace insitu
