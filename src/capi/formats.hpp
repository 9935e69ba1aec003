#pragma once
// All formats of data: files (sources/registry.cpp, columnar/registry.cpp) and tables of engines.
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sources/format.hpp"

namespace insitu {

std::span<const Format> formats();

/// Null: there is no such type.
const Format* find_format(std::span<const Format>, std::string_view type);
/// Of the type of a descriptor, among all; null for frames and what the engine makes itself.
const Format* format_of(const nlohmann::json& descriptor);

/// Columns can be added to such a file, or replaced in it, where it lies.
bool takes_columns(const nlohmann::json& descriptor);

/// The endings of files, as a message lists them: ".xdf, .csv"; `written`: of those that can be.
std::string endings_of_files(bool written);

/// The descriptor of a table that is named with its prefix, "hive:claims" or "hive:select ...";
/// null for any other path.
nlohmann::json table_of_path(const std::string& path);

/// What an engine is told of a source that it reads itself ({"kind": "orc", "path"}, {"kind":
/// "table", "table"}, ...; docs/worker.md); null: it does not.
nlohmann::json engine_source(const nlohmann::json& descriptor);
/// ... of a target. Throws InvalidArgument for a query.
nlohmann::json engine_target(const nlohmann::json& descriptor);

}  // namespace insitu
