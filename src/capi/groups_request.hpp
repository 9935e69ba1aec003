#pragma once
// Rows by groups (docs/groups.md): "group_rows" brings them together in files of a folder of the
// caller's, "partition" writes a file for each group, "partitions" tells what was written.
#include "capi/call.hpp"

namespace insitu {

/// Where a context keeps the rows: the groups, and the ranges of them that tasks get.
nlohmann::json group_keys_request(Call&);
/// Tasks over these ranges, as "exec".
nlohmann::json exec_over_groups_request(Call&);
nlohmann::json group_rows_request(Call&);
nlohmann::json partition_request(Call&);
nlohmann::json partitions_request(Call&);

}  // namespace insitu
