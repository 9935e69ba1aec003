#pragma once
// The sources that must obey the laws: every format of the table (capi/formats.hpp), and what
// decorates sources. All hold the same kind of
// rows: y (numbers, some missing), x, n (integers, some missing), f and g (factors with 3 and 7
// levels), w (weights), k (whole-number weights).
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "analysis/compute_context.hpp"
#include "data/frame_source.hpp"

namespace insitu::laws {

using SourcePtr = std::shared_ptr<const DataSource>;

/// Rows in memory, in one piece; the same ones every time.
Chunk rows(std::size_t count);

struct SourceUnderTest {
  std::string name;
  /// A source of these rows, in a folder of its own.
  std::function<SourcePtr(const Chunk& rows, const std::string& folder)> make;
  /// The same with other wishes of how many rows are read at once; answers must not change. May be
  /// empty.
  std::function<SourcePtr(const std::string& folder, std::int64_t rows_per_read)> reading;
  /// What `make` has left in the folder as a context opens it that decodes such files itself, and
  /// may keep their rows. Empty: contexts read the source that `make` gives.
  std::function<SourcePtr(const std::string& folder, ComputeContext&, bool cache)> opened_by;
};

const std::vector<SourceUnderTest>& sources();

/// A folder that is removed with the object.
struct Folder {
  std::string path;
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
};

/// The rows of a frame in splits of a chosen size, to see that answers hardly depend on it.
SourcePtr in_splits_of(const Chunk& rows, std::uint64_t split_rows);

}  // namespace insitu::laws
