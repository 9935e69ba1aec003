#pragma once
// Questions for aggregates (analysis/aggregates.hpp) as statements, and their answers. One
// statement for a question, so that one snapshot answers it; two where it sums more than engines
// take columns.
#include <cstdint>
#include <string>
#include <vector>

#include "analysis/aggregates.hpp"
#include "base/control.hpp"
#include "pushdown/rows.hpp"
#include "sql/connection.hpp"

namespace insitu {

/// What has left the server.
struct SqlTraffic {
  std::int64_t statements = 0, rows = 0, bytes = 0;
};

struct AskOptions {
  /// No cell of fewer rows is told: a question that has one is refused. 0, 1: all are.
  std::int64_t min_group_size = 0;
  std::vector<std::string>* statements = nullptr;  ///< notes what was sent
};

/// The statements of a question, in order. Throws Unsupported for what cannot be asked.
std::vector<std::string> question_statements(SqlRows&, const AggregateQuestion&);

/// Asks them. Throws DataError when the rows have changed between two of them, or a cell is of
/// fewer rows than may be told.
AggregateAnswer ask_question(SqlConnection&, SqlRows&, const AggregateQuestion&, const AskOptions&,
                             SqlTraffic&, RunControl&);

}  // namespace insitu
