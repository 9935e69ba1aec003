#pragma once
// Rows of a source moved to a target, or into memory for the caller: what import, data step and
// predict share.
#include <string>
#include <vector>

#include "capi/call.hpp"
#include "capi/make_sink.hpp"

namespace insitu {

struct RowsToMove {
  SourcePtr source;
  std::vector<std::string> columns;  ///< to be written, in this order
  std::string row_names;             ///< column of the source that holds row names; "": none
  std::string row_variable;  ///< rowVarName: what the row names are called in the output; "": as
                             ///< the target's kind has it
  std::vector<std::int64_t> blocks;  ///< rows of the source per output block
  std::int64_t rows_per_block = -1;  ///< ... after these; -1: the target's own
  bool keeps_all_rows =
      false;  ///< nothing selects rows on the way, so blocks have their sizes beforehand
  bool complete_rows = false;  ///< leave out rows with a missing value in a written column
};

/// Reply: outFile, numRows, numVars. The target appears when everything has been written.
nlohmann::json write_rows(Call&, const RowsToMove&, const Target&);

/// Reply: frame, rowNames, numRows, numVars, truncated. `most_cells` (rows times columns; < 0: no
/// limit) bounds what is returned, with a warning.
nlohmann::json collect_rows(Call&, const RowsToMove&, double most_cells);

/// The rows without a missing value.
Chunk complete_rows(const Chunk&);

}  // namespace insitu
