#pragma once
// Variables of a model as columns of the rows of a database.
#include "analysis/aggregates.hpp"
#include "pushdown/rows.hpp"

namespace insitu {

/// A number, a label, or the code of a range, under a name of its own. Throws Unsupported where the
/// column is of another type there, and for what is no expression of SQL.
SqlValue row_column(SqlRows&, const RowVariable&);

}  // namespace insitu
