#pragma once
// A schema as JSON, for recipes and frames: an array with one object per column, in order:
//   {"name": "x", "type": "factor", "levels": ["a", "b"], "low": 0, "high": 9, "description":
//   "...",
//    "valueCodes": [...], "valueLabels": [...], "timeZone": "..."}
// Only name and type are always there.
#include <string>
#include <string_view>

#include "data/schema.hpp"

namespace insitu {

/// Throws DataError for text that is not UTF-8.
std::string schema_to_json(const Schema&);
/// Throws DataError for anything but such a document.
SchemaPtr schema_from_json(std::string_view);

}  // namespace insitu
