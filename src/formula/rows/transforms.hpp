#pragma once
// Rows on their way from a source to an analysis: select columns, transform, select rows (spec:
// formulas-and-output.md, section 3). A decorated source is a source, so contexts need not know of
// it.
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "data/source.hpp"
#include "formula/expression/evaluate.hpp"

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

/// A function written in R or Python: gets a chunk with the wanted variables, returns the chunk
/// that replaces them (columns added, changed, or gone). Called on the thread that made the call,
/// or in a worker of that language.
using RowFunction = std::function<Chunk(const Chunk&, const ChunkInfo&)>;

/// Everything between reading and using rows, in order: startRow and numRows, removeMissingsOnRead,
/// transformFunc, transforms, rowSelection, removeMissings. Travels as JSON inside the source's
/// recipe.
///
/// * A transform whose expression is NULL removes the variable. A variable named .rxRowSelection
/// selects rows where
///   row_selection is empty, and is not passed on.
/// * removeMissings looks at all variables of the result, removeMissingsOnRead at all variables
/// that are read for it, so
///   that the rows do not depend on which of them an analysis asks for.
/// * In expressions .rxStartRow and .rxNumRows are those of the rows at hand: a chunk, and where
/// .rxStartRow or .rxChunkNum
///   is used, not across read_chunks() of the source; .rxChunkNum is the number of the read chunk
///   (of the chunk, where reads are not known).
struct Pipeline {
  bool remove_missings_on_read = false;
  std::vector<std::pair<std::string, std::string>>
      transforms;             ///< name, expression text; later ones see earlier ones
  std::string row_selection;  ///< expression text; "": all rows
  bool remove_missings = false;
  ObjectMap objects;                            ///< transformObjects
  std::vector<std::string> function_variables;  ///< transformVars; empty: all
  /// The function gets those of function_variables that the source has, maybe none.
  bool function_takes_what_is_there = false;
  std::string function_name = "transformFunc";  ///< in messages
  RowFunction function;                         ///< transformFunc; empty: none
  std::string function_language;                ///< "R", "python", or ""
  /// Levels of factors that the function makes, where more are known than the dry run tells.
  std::map<std::string, std::vector<std::string>> function_levels;
  Bytes function_code;  ///< serialised by its language, for workers; may be empty
  std::function<void(const std::string&)> warn;  ///< while the source is made; may be empty
  bool prediction = false;
  std::int64_t start_row = 0;   ///< first row to use, from 0
  std::int64_t row_limit = -1;  ///< rows to use; -1: all
  /// Rows of one reading as users see it (.rxChunkNum, calls of the function), counted from
  /// start_row; a reading ends with its file. 0: the source's read_chunks(), or kRowsPerRead.
  std::int64_t rows_per_read = 0;
  /// A reading also ends with its split: rows without an order of their own, which come once.
  bool reads_end_with_splits = false;
  /// Told how often the function will be called, and with how many rows at most, before it is.
  /// Stays here.
  std::function<void(std::size_t calls, std::int64_t rows)> on_function_calls;

  bool empty() const;
};

/// What users read at a time where neither they nor the source say.
constexpr std::int64_t kRowsPerRead = 500'000;

/// What becomes of levels that a factor of the function had not in the dry run.
enum class FunctionFactors {
  kFixed,  ///< they are a NewLevel: for analyses, which must know all levels before
  /// They join the list, chunk by chunk: for sinks, which recode. Where an expression of the
  /// pipeline looks at codes of such a factor, as kFixed.
  kGrow,
};

/// `source` seen through the pipeline. Its schema is found without reading where expressions tell
/// it, else from the function's first calls (docs/functions.md). Columns that nothing needs are not
/// read. Where rows of the source must be known by number (a window of rows, a function,
/// .rxStartRow) and its splits do not tell, they are counted by a pass.
///
/// Factors of the source should have their levels declared before an expression looks at codes or a
/// function gets them: see algorithms/pipeline_levels.hpp.
///
/// The function is called in the order of the data, on the thread that reads, with the rows of one
/// reading at a time (rows_per_read); its rows are cut again where the source's chunks end, so that
/// an analysis sees the same chunks whatever the sizes read. It must return as many rows as it got,
/// unless it got all variables that are read. Variables and their types are those of its first
/// calls. Its factors keep their levels; another level is a NewLevel, or, with kGrow, follows them
/// in the list of its chunk.
///
/// In a prediction, transforms of variables that the source does not have are left out: those of
/// the response, which new data need not have; and .rxRowSelection selects nothing.
///
/// Throws InvalidArgument for expressions that do not parse or do not fit the schema; UserCodeError
/// if the function fails (there, or later when rows are read).
std::shared_ptr<const DataSource> transformed(std::shared_ptr<const DataSource> source,
                                              Pipeline pipeline,
                                              FunctionFactors = FunctionFactors::kFixed);

/// Throws InvalidArgument if transforms or row selection cannot be evaluated by the engine over
/// rows of this schema.
void check_expressions(const Pipeline&, const Schema&);

/// Rebuilds it from its recipe, {"type": "transformed", "source": ..., "pipeline": ..., ...}.
/// `make` builds the inner source; `load` makes a function of a language from its code, and may be
/// empty where no language is hosted.
std::shared_ptr<const DataSource> transformed_from_json(
    const nlohmann::json& recipe,
    const std::function<std::shared_ptr<const DataSource>(const nlohmann::json&)>& make,
    const std::function<RowFunction(const std::string& language, const Bytes& code)>& load);

/// The pipeline as JSON; its function as language and code. Throws Unsupported for a function
/// without code.
nlohmann::json pipeline_to_json(const Pipeline&);
/// Throws DataError for anything else. The function is not loaded.
Pipeline pipeline_from_json(const nlohmann::json&);

}  // namespace insitu
