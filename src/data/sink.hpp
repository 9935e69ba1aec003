#pragma once
// Where rows go. A sink writes a new file beside the target and renames it in finish(); destroyed before that, it
// leaves the old target as it was and removes what it wrote.
#include "data/chunk.hpp"

namespace insitu {

class DataSink {
 public:
  virtual ~DataSink() = default;
  /// Appends rows, in the order of the data. All chunks have the same names and types; factors whose chunks carry
  /// different levels are recoded to one list in order of first appearance. Called from one thread.
  virtual void write(const Chunk&) = 0;
  /// Completes the output and puts it in place. Throws DataError (disk full, not writable); nothing is left then.
  virtual void finish() = 0;
};

}  // namespace insitu
