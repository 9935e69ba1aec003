#pragma once
// A method over each of many groups (docs/groups.md), whose rows "group_rows" or "partition" has
// brought together: "analyze_groups" gives the numbers of all results as one table, "group_result"
// the whole result for one group. What either says of a group is what the method says of its rows
// alone, to the bit.
#include "capi/call.hpp"

namespace insitu {

nlohmann::json analyze_groups_request(Call&);
nlohmann::ordered_json group_result_request(Call&);

}  // namespace insitu
