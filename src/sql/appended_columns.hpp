#pragma once
// What must hold of a table before rows are appended to it.
#include <string>
#include <vector>

#include "data/schema.hpp"

namespace insitu {

/// Throws InvalidArgument for a column that the table lacks. Returns the names of those that have
/// decimals while the table keeps whole numbers, which engines round or cut without a word.
std::vector<std::string> check_appended(const Schema& written, const Schema& there,
                                        const std::string& table);

}  // namespace insitu
