#pragma once
// A folder of text files that are one data set, as it is written: its names, how many rows go to a
// file, and what may be replaced by it.
#include <cstdint>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "data/part_set.hpp"
#include "sources/text/options.hpp"

namespace insitu {

/// The name of a file; `number` counts from 1.
std::string text_part_name(std::int64_t number);

/// Rows of each file but the last; -1: all are in one.
std::int64_t rows_of_text_part(const TextOptions&);

/// A folder may be replaced when it holds nothing but the files of an earlier run. Throws
/// InvalidArgument for another one.
void check_text_folder_replaced(const std::string& folder);

/// The same as files that are written side by side. Null where the target is one file.
std::unique_ptr<PartSet> make_text_part_set(const nlohmann::json& descriptor, const SchemaPtr&);

}  // namespace insitu
