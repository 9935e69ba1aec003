#pragma once
// Rows of a database written to a table of it, without leaving it: a data step of portable
// expressions. The rows go into a new table, which then gets the name of the target, in one
// transaction: whatever fails leaves what was there.
#include <cstdint>
#include <string>
#include <vector>

#include "base/control.hpp"
#include "pushdown/rows.hpp"
#include "sql/connection.hpp"

namespace insitu {

struct TableTarget {
  std::vector<std::string> path;  ///< schema and table, or the table alone
  bool overwrite = false;         ///< else a table of that name is an error
  bool append = false;            ///< rows are added to a table of that name, where there is one
};

/// The statements that do it, in order, for a new table of that name; `append`: the one that adds
/// the rows to the table that is there. `columns`: those of the rows that are written, in order.
std::vector<std::string> table_step_statements(SqlRows&, const std::vector<std::string>& columns,
                                               const TableTarget&, const std::string& new_table);

/// Does it; returns the rows written. Throws InvalidArgument where there is such a table and
/// neither `overwrite` nor `append` is set, and where it lacks a column that is appended;
/// Unsupported for columns that cannot be computed there. `statements`: what was said, for records;
/// may be null.
std::int64_t write_table_step(SqlConnection&, SqlRows&, const std::vector<std::string>& columns,
                              const TableTarget&, RunControl&,
                              std::vector<std::string>* statements = nullptr);

}  // namespace insitu
