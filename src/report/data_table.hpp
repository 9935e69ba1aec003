#pragma once
// Rows of data as R prints a data frame.
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "report/document.hpp"

namespace insitu {

/// `table`: {"columns": [{"name", "kind": "number" | "integer" | "text", "values": [...]}],
/// "rowNames": [...]}. `row_names` = false: none. `right` = false: everything on the left of its
/// column. Lines of `width` characters.
std::string data_table(const nlohmann::json& table, bool row_names = true, bool right = true,
                       int digits = 7, int width = 80);

/// Columns of a reply's table without row names, everything on the left of its column.
std::string data_table(const std::vector<DocumentColumn>& columns, int digits, int width);

}  // namespace insitu
