#pragma once
// The pipeline keys of a request (docs/requests.md): what happens to rows between reading and using
// them.
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "capi/call.hpp"
#include "formula/transforms.hpp"

namespace insitu {

/// Throws InvalidArgument that names the key: expressions that do not parse, functions that were
/// not passed, ...
Pipeline pipeline_of(const Call&);

/// The source that a key names, with the request's blocksPerRead and rowsPerRead; without the
/// pipeline (piped_run.hpp). `descriptor` is set to the source's full descriptor.
SourcePtr plain_source(Call&, const char* key, nlohmann::json* descriptor = nullptr);

}  // namespace insitu
