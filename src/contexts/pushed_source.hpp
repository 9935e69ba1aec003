#pragma once
// Rows that the host holds, seen from a worker: BLOCK frames, asked for one by one or pushed
// unasked.
#include <memory>
#include <vector>

#include "contexts/task_session.hpp"
#include "data/source.hpp"

namespace insitu {

/// How a worker gets the rows of one task.
enum class PushMode {
  kAsked,    ///< the worker sends NEXT with split and columns, the host answers with one BLOCK
  kUnasked,  ///< the host sends BLOCKs in the order of the splits, then END
  kPaced     ///< as kUnasked, but the host waits for NEXT before every BLOCK but the first
};

/// A source over the rows that come through `session`, which must outlive it. `splits`: of the
/// source that holds the rows, and `reads` its read_chunks(). Splits must be opened in increasing
/// order, each read to its end.
std::shared_ptr<const DataSource> pushed_source(TaskSession& session, PushMode mode,
                                                SchemaPtr schema, std::vector<Split> splits,
                                                std::int64_t rows,
                                                std::vector<std::int64_t> reads = {});

}  // namespace insitu
