#pragma once
// A composite set whose parts are written side by side (docs/xdf.md).
#include <memory>
#include <nlohmann/json_fwd.hpp>

#include "data/part_set.hpp"
#include "data/sink.hpp"

namespace insitu {

/// Null where the target is one file. `folder`: there is a folder at its place.
std::unique_ptr<PartSet> make_xdf_part_set(const nlohmann::json& descriptor, const SchemaPtr&,
                                           const SinkOptions&, bool folder);

}  // namespace insitu
