#pragma once
// Parts of one factor column whose levels were found apart.
#include <vector>

#include "data/column.hpp"

namespace insitu {

/// Parts of one factor column with the union of their levels, in order of first appearance.
/// Throws DataError for a code without a level.
std::vector<Column> with_common_levels(std::vector<Column> parts);

}  // namespace insitu
