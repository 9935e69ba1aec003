#pragma once
// The pipeline keys of a request (docs/requests.md): what happens to rows between reading and using
// them.
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "capi/call.hpp"
#include "formula/rows/transforms.hpp"

namespace insitu {

/// The pipeline of a call over `input`, whose descriptor says what is read at a time.
/// Throws InvalidArgument that names the key: expressions that do not parse, functions that were
/// not passed, ...
Pipeline pipeline_of(const Call&, const nlohmann::json& descriptor, const DataSource& input);

/// The request with the one that evaluates its transforms and rowSelection: a transformFunc that
/// says `instead` goes where the engine evaluates them over these columns; else they go. Throws
/// InvalidArgument where neither can, because a variable is unknown to both.
nlohmann::json with_evaluator(const Call&, const DataSource& input);

/// Rows of one reading of the source (docs/functions.md): those of the call, those of the source,
/// or kRowsPerRead; 0: the source's read_chunks(), the blocks of an .xdf.
std::int64_t rows_per_read(const Options&, const nlohmann::json& descriptor);

/// The source that a key names, with the request's blocksPerRead and rowsPerRead; without the
/// pipeline (piped_run.hpp). `descriptor` is set to the source's full descriptor.
SourcePtr plain_source(Call&, const char* key, nlohmann::json* descriptor = nullptr);

}  // namespace insitu
