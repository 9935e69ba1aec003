#pragma once
// Binding a formula to a source whose factors may not declare their levels: a pass finds them
// first.
#include <memory>
#include <string>
#include <vector>

#include "analysis/compute_context.hpp"
#include "formula/model/model_frame.hpp"

namespace insitu {

/// `source` in which the named columns have global levels, in order of first appearance: factors
/// without declared levels and character columns (they become factors). One pass if there are any,
/// else `source` itself.
std::shared_ptr<const DataSource> with_levels(std::shared_ptr<const DataSource> source,
                                              const std::vector<std::string>& columns,
                                              ComputeContext&, RunControl&);

struct BoundFormula {
  std::shared_ptr<const DataSource> source;  ///< to run passes over: its factors have global levels
  ModelFrame frame;
};

/// Binds the formula; levels and ranges that the source does not declare are found by a pass over
/// it (rarely two). Errors as `bind`.
BoundFormula bind_to_source(const Formula&, std::shared_ptr<const DataSource> source,
                            const std::string& pweights, const std::string& fweights,
                            ComputeContext&, RunControl&);

}  // namespace insitu
