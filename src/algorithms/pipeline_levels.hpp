#pragma once
// A pipeline over a source whose factors may not declare their levels: before an expression or a
// function of the user looks at a factor's codes or levels, passes over the data find them.
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "analysis/compute_context.hpp"
#include "formula/expression/expression.hpp"
#include "formula/rows/transforms.hpp"

namespace insitu {

/// Levels by variable.
using LevelLists = std::map<std::string, std::vector<std::string>>;

/// As `transformed`, after passes that find
///
/// * the levels of the source's factors that have none declared, where the function gets them, or
///   where an expression of the pipeline or of `later` (the formula's, say) looks at codes or
///   levels: those of all rows of the source, in order of first appearance;
/// * the levels of factor(x), ordered(x), as.factor(x) and as.ordered(x) without `levels`: those of
///   the rows of the call (startRow, numRows, removeMissingsOnRead) before any are selected, in R's
///   order. The expression then names them.
///
/// Each is one pass that reads what it needs; there is none where nothing is to be found. Errors as
/// `transformed`.
std::shared_ptr<const DataSource> transformed_with_levels(std::shared_ptr<const DataSource>,
                                                          Pipeline,
                                                          std::span<const ExpressionPtr> later,
                                                          FunctionFactors, ComputeContext&,
                                                          RunControl&);

/// All levels of the factors that the pipeline's function makes, by a pass that calls it on all
/// rows: those of the test chunk, then the others in the order of the chunks.
LevelLists find_function_levels(std::shared_ptr<const DataSource>, const Pipeline&, ComputeContext&,
                                RunControl&);

}  // namespace insitu
