#pragma once
// Few rows of a database as texts, for those who ask about it and not for its data.
#include <optional>
#include <string>
#include <vector>

#include "sql/connection.hpp"

namespace insitu {

/// Nothing where a value is missing; numbers in the digits that read back as the same.
using RowOfTexts = std::vector<std::optional<std::string>>;

std::vector<RowOfTexts> rows_as_texts(SqlConnection&, const SqlStatement&, RunControl&);

}  // namespace insitu
