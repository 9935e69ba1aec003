#pragma once
// Targets of several files that tasks write side by side. Who has counted the rows plans the files;
// each is written from its own rows, wherever that is; what is said of all of them is written once,
// at the end. The files are those that a sink writes of the same rows, to the byte.
#include <cstdint>
#include <functional>
#include <memory>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "data/chunk.hpp"

namespace insitu {

/// One file of a set.
struct PartPlan {
  std::string name;
  std::int64_t first_row = 0;        ///< of those that are written, from 0
  std::vector<std::int64_t> blocks;  ///< its rows, by block

  std::int64_t rows() const {
    return std::accumulate(blocks.begin(), blocks.end(), std::int64_t{0});
  }
};

/// Takes bytes of a file, in their order.
using PutBytes = std::function<void(std::string_view)>;

/// Used by one thread.
class PartWriter {
 public:
  virtual ~PartWriter() = default;
  /// Appends rows of the part. Throws what a sink throws.
  virtual void write(const Chunk&) = 0;
  /// Completes the file. Returns what the set has to know of it.
  virtual Bytes finish() = 0;
};

/// A file that is written at the end.
struct FileOfSet {
  std::string path;  ///< within the folder of the set
  std::string bytes;
};

/// Immutable: made anew, of the same descriptor, schema and options, wherever a part is written.
class PartSet {
 public:
  virtual ~PartSet() = default;
  /// The folder of the parts within that of the set; "": that one.
  virtual std::string part_folder() const = 0;
  /// Whether factors have to declare all of their levels.
  virtual bool needs_levels() const = 0;
  /// Throws where a folder of this machine that is there may not be replaced by a set.
  virtual void check_replaced(const std::string& folder) const = 0;
  /// The files of rows that come in blocks of these sizes.
  virtual std::vector<PartPlan> plan(const std::vector<std::int64_t>& blocks) const = 0;
  virtual std::unique_ptr<PartWriter> open(const PartPlan&, PutBytes) const = 0;
  /// `reports`: what the writer of each part has returned. Throws DataError where they do not fit.
  virtual std::vector<FileOfSet> finish(const std::vector<PartPlan>&,
                                        const std::vector<Bytes>& reports) const = 0;
};

}  // namespace insitu
