#pragma once
// What the columns of SQLite really hold: any value may stand in any column, and results of
// expressions have no declared type.
#include <string>
#include <vector>

#include "odbc/line.hpp"

namespace insitu {

/// Looks at all rows of `from` and puts the type right of each column that is declared as a number,
/// or not at all: a text where it holds one, a double where it holds one, else a whole number.
void look_at_values(OdbcLine&, const std::string& from, std::vector<ResultColumn>& columns);

}  // namespace insitu
