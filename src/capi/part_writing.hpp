#pragma once
// Targets of several files in compute contexts whose tasks write them: rows are counted where their
// numbers are not known, files are planned, tasks write them below a hidden folder beside the
// target, and what is said of all of them is written once, before the folder takes its place.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "capi/call.hpp"
#include "capi/make_sink.hpp"
#include "capi/move_rows.hpp"

namespace insitu {

/// The number of rows that were written; nothing: the context's tasks do not write this target, and
/// the record of the call says why. `columns`: those of `rows` that are written, `schema`: what
/// they are called in the target; `complete`: the source without the rows that rows.complete_rows
/// leaves out.
std::optional<std::int64_t> write_by_tasks(Call&, const RowsToMove& rows, const Target&,
                                           const std::vector<std::string>& columns,
                                           const SchemaPtr& schema, const SourcePtr& complete);

}  // namespace insitu
