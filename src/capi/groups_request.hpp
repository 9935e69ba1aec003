#pragma once
// Rows by groups (docs/groups.md): "group_rows" brings them together in files of a folder of the
// caller's, "partition" writes a file for each group, "partitions" tells what was written.
#include "capi/call.hpp"

namespace insitu {

nlohmann::json group_rows_request(Call&);
nlohmann::json partition_request(Call&);
nlohmann::json partitions_request(Call&);

}  // namespace insitu
