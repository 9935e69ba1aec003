#pragma once
// Which formats are written as sets of files by tasks (data/part_set.hpp).
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string_view>

#include "data/part_set.hpp"
#include "data/sink.hpp"

namespace insitu {

/// The target as files that tasks write side by side. `folder`: whether there is a folder at its
/// place. Null where it is one file, or of a format that is never written so.
std::unique_ptr<PartSet> make_part_set(std::string_view type, const nlohmann::json& descriptor,
                                       const SchemaPtr&, const SinkOptions&, bool folder);

}  // namespace insitu
