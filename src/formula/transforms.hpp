#pragma once
// Rows on their way from a source to an analysis: select columns, transform, select rows (spec:
// formulas-and-output.md, section 3). A decorated source is a source, so contexts need not know of it.
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "data/source.hpp"
#include "formula/evaluate.hpp"

namespace insitu {

/// What a function of the host language is told about the rows it gets.
struct ChunkInfo {
  std::int64_t start_row = 1;     ///< .rxStartRow, from 1
  std::int64_t chunk_number = 0;  ///< .rxChunkNum; 0 on the test chunk
  std::int64_t rows = 0;          ///< .rxNumRows
  bool test_chunk = false;        ///< .rxIsTestChunk
  bool prediction = false;        ///< .rxIsPrediction
  std::string file_name;          ///< .rxReadFileName
};

/// A function written in R or Python: gets a chunk with the wanted variables, returns the chunk that replaces them
/// (columns added, changed, or gone). Called on the thread that made the call, or in a worker of that language.
using RowFunction = std::function<Chunk(const Chunk&, const ChunkInfo&)>;

/// Everything between reading and using rows, in order: removeMissingsOnRead, transformFunc, transforms, rowSelection,
/// removeMissings. Travels as JSON (to_json / from_json in transforms.cpp) inside the source's recipe.
struct Pipeline {
  bool remove_missings_on_read = false;
  std::vector<std::pair<std::string, std::string>> transforms;  ///< name, expression text; later ones see earlier ones
  std::string row_selection;                                    ///< expression text; "": all rows
  bool remove_missings = false;
  ObjectMap objects;                                            ///< transformObjects
  std::vector<std::string> function_variables;                  ///< transformVars
  RowFunction function;                                         ///< transformFunc; empty: none
  std::string function_language;                                ///< "R", "python", or ""
  Bytes function_code;                                          ///< serialised by its language, for workers; may be empty
  bool prediction = false;
  std::int64_t start_row = 0;                                   ///< first row to use, from 0
  std::int64_t row_limit = -1;                                  ///< rows to use; -1: all

  bool empty() const;
};

/// `source` seen through the pipeline. Its schema is found without reading where expressions tell it, else from a dry
/// run of the function on the first rows. Unused columns of `source` are not read.
std::shared_ptr<const DataSource> transformed(std::shared_ptr<const DataSource> source, Pipeline pipeline);

}  // namespace insitu
