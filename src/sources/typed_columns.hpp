#pragma once
// A source whose columns have the types and levels that colInfo asks for. It stands over any source
// of raw rows: files read in this process, or rows that a host sends to a worker.
#include <functional>
#include <memory>
#include <nlohmann/json_fwd.hpp>

#include "data/source.hpp"
#include "sources/column_info.hpp"

namespace insitu {

/// `source` itself when `info` asks for nothing. A factor without levels stays without (they are
/// found by a pass, in the order of first appearance). Throws InvalidArgument: an unknown variable
/// (did you mean), a type that the column can never have.
std::shared_ptr<const DataSource> typed_columns(std::shared_ptr<const DataSource> source,
                                                const ColumnInfo& info);

/// Rebuilds it from its recipe, {"type": "typed_columns", "source": ..., "colInfo": {...}}; `make`
/// builds the inner source.
std::shared_ptr<const DataSource> typed_columns_from_json(
    const nlohmann::json& recipe,
    const std::function<std::shared_ptr<const DataSource>(const nlohmann::json&)>& make);

}  // namespace insitu
