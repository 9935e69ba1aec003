#pragma once
// The op "summary" (docs/requests.md): from its keys to the reply's document.
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "analysis/compute_context.hpp"

namespace insitu {

/// Statistics by group for a file of their own: one row per combination of levels, factors first.
struct ByGroupTable {
  std::string path;  ///< byGroupOutFile, with a number before its extension when there are several
  std::vector<std::string> terms;  ///< "incwage:F_age:sex"
  Chunk rows;
};

/// Runs the summary over a source to which the pipeline has been applied. The reply has all fields
/// but "printed" and "byGroupFiles"; with byGroupOutFile the tables to be written are put into
/// `by_group`. Throws InvalidArgument: formula, weights, unknown statistic (did you mean), ...
nlohmann::json run_summary(const nlohmann::json& request, std::shared_ptr<const DataSource> source,
                           ComputeContext&, RunControl&,
                           std::vector<ByGroupTable>* by_group = nullptr);

}  // namespace insitu
