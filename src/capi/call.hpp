#pragma once
// One request being run: what its operation reads and writes.
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "analysis/compute_context.hpp"
#include "base/control.hpp"
#include "capi/facade.hpp"
#include "capi/make_source.hpp"
#include "methods/options.hpp"

namespace insitu {

struct Call {
  const nlohmann::json& document;
  Options options;
  Request& request;
  RunControl& control;
  ComputeContext& context;
  SourceMaker& sources;
  Reply& reply;  ///< arrays and frames are added to it
};

/// A table for the reply: {"$frame": position}.
nlohmann::json add_frame(Reply&, SchemaPtr, std::vector<Chunk>);

/// Puts a document's {"$array": k} in place: {"shape": [...], "values": [...]} with its labels, as
/// reports read them.
nlohmann::json with_arrays(const nlohmann::json& document, const std::vector<NumericArray>& arrays);

}  // namespace insitu
