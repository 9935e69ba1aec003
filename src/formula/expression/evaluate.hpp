#pragma once
// Evaluates expressions over chunks, column-wise, with R's rules for types, recycling and missing
// values.
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "data/chunk.hpp"
#include "formula/expression/expression.hpp"
#include "formula/expression/kept_codings.hpp"

namespace insitu {

/// Objects of the caller that expressions may use by name (transformObjects): vectors of length one
/// or more.
using ObjectMap = std::map<std::string, Column>;

/// What an expression may ask of its surroundings: the chunk variables .rxStartRow (counted from
/// 1), .rxChunkNum (from 1), .rxNumRows, .rxIsTestChunk, .rxReadFileName, .rxIsPrediction.
struct EvaluationScope {
  const ObjectMap* objects = nullptr;
  std::int64_t start_row = 1;
  std::int64_t chunk_number = 1;
  bool test_chunk = false;
  bool prediction = false;
  std::string file_name;
  KeptCodings* codings = nullptr;  ///< of the pipeline; null: each chunk makes its own
  std::function<void(const std::string&)> warn;  ///< may be empty; the text names the expression
};

/// Whether the expression asks where its rows stand in the data (.rxStartRow, .rxChunkNum).
bool needs_row_position(const Expression&);

/// Whether an expression uses .rxReadFileName, which differs between the splits of a folder.
bool names_file(const Expression&);

/// Whether the name is one of the chunk variables (.rxStartRow, ...), which are not columns.
bool is_chunk_variable(std::string_view name);
/// Names that an expression knows without data or objects: chunk variables, month.name, ...
bool is_constant_name(std::string_view name);

/// Names of the functions and operators of the portable subset, sorted (docs/expressions.md
/// describes them).
std::vector<std::string> portable_functions();

/// The value of the expression, one item per row of the chunk (constants are recycled).
/// Throws InvalidArgument: unknown variable or function (did you mean), types that do not fit; the
/// text names `what`.
Column evaluate(const Expression&, const Chunk&, const EvaluationScope&, std::string_view what);

/// The type of the result, from the schema alone; and its levels where the expression or the schema
/// fixes them, else null: then every chunk has its own levels (factor(x) without levels).
/// `warn` hears what R warns of because of the types alone (unordered factors compared with <).
Field result_field(const Expression&, const Schema&, const ObjectMap*, std::string_view name,
                   const std::function<void(const std::string&)>& warn = {});

}  // namespace insitu
