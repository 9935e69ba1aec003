#pragma once
// Where rows go. A sink writes a new file beside the target and renames it in finish(); destroyed
// before that, it leaves the old target as it was and removes what it wrote.
#include <cstdint>
#include <optional>
#include <vector>

#include "base/put_in_place.hpp"
#include "data/chunk.hpp"

namespace insitu {

enum class Append { kNone, kRows, kColumns };

struct SinkOptions {
  bool overwrite = false;  ///< an existing target may be replaced
  Append append = Append::kNone;
  std::int64_t rows_per_block = 500000;  ///< rows of an XDF block
  int compression_level = 1;             ///< zlib, -1 to 9; 0: none
  bool compute_low_high = true;          ///< else the fields' low and high are stored as they are
  std::optional<FileIdentity> replaces;  ///< the version of the target that the rows came from

  /// What a sink expects at its target when it puts the output in place.
  Expected expected() const {
    if (replaces) return Expected::version_of(*replaces);
    // Whoever appends and finds a file says its version.
    return overwrite && append == Append::kNone ? Expected::anything() : Expected::nothing();
  }
};

class DataSink {
 public:
  virtual ~DataSink() = default;
  /// Appends rows, in the order of the data. All chunks have the same names and types; factors
  /// whose chunks carry different levels are recoded to one list in order of first appearance.
  /// Called from one thread.
  virtual void write(const Chunk&) = 0;
  /// Completes the output and puts it in place. Throws DataError (disk full, not writable); nothing
  /// is left then.
  virtual void finish() = 0;
  /// For formats with row positions: rows are grouped into blocks of these sizes (then
  /// rows_per_block); ignored elsewhere.
  virtual void set_block_rows(std::vector<std::int64_t>) {}
};

}  // namespace insitu
