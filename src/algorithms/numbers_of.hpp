#pragma once
// A column of a chunk as numbers, and rows taken out of them.
#include <string>
#include <vector>

#include "data/chunk.hpp"

namespace insitu {

/// All values, NaN where missing. Throws DataError for a column that is a text.
std::vector<double> numbers_of(const Chunk&, const std::string& column);

/// Takes out the items whose flag is set.
void leave_out(std::vector<double>& values, const std::vector<bool>& out);

}  // namespace insitu
