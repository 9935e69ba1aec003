#pragma once
// Texts of files of others: the engine's are UTF-8, and what is not must not get further.
#include <cstdint>
#include <string>

#include "data/column.hpp"

namespace insitu {

/// Throws DataError that names column, row (`first_row` of the file is the first of the column,
/// counted from 0) and file, where a text is not valid UTF-8.
void check_texts(const Column& texts, const std::string& name, std::int64_t first_row,
                 const std::string& path);

}  // namespace insitu
