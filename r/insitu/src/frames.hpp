#pragma once
// Data frames of R as chunks, and chunks as data frames or lists.
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "data/chunk.hpp"
#include "guard.hpp"

namespace insitu_r {

using insitu::Chunk;
using insitu::Column;
using insitu::Field;
using insitu::Type;

/// How the numbers of a data frame reach a chunk.
enum class Values {
  kShared,  ///< looked at where they lie; each vector is held until no chunk uses it any more
  kCopied,  ///< for what a user's function returns: it may go on writing into its vectors
};

/// The columns of a data frame (or list of vectors of one length): missing values are in place,
/// factor codes count from 0, levels are those of the factor even without rows, texts are UTF-8.
/// Throws DataError, naming variable and row, for what has no counterpart.
insitu::Chunk chunk_of(SEXP frame, Values);

/// Levels that were made for R already: a factor of many levels comes in many chunks.
class KnownLevels {
 public:
  SEXP of(const insitu::Field&, const insitu::Levels&);  ///< lives as long as this object

 private:
  std::map<std::string, std::pair<insitu::Levels, std::shared_ptr<const void>>> known_;
};

/// Chunks of one schema as a data frame. Not protected. int64 becomes numeric where that loses no
/// digit; else R's option int64 decides (docs/functions.md). Throws DataError, naming variable and
/// row, for texts that R cannot hold.
SEXP frame_of(const insitu::SchemaPtr&, const std::vector<insitu::Chunk>&);

/// One chunk as a plain list of vectors. Not protected. int64 becomes numeric, so that a variable
/// has one class in all chunks; `told`: the variables whose lost digits were told by a warning.
SEXP list_of(const insitu::Chunk&, KnownLevels&, std::set<std::string>& told);

}  // namespace insitu_r
