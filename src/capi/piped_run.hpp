#pragma once
// A call over rows that a pipeline changes: levels that expressions and functions look at are found
// first, and a call that meets a new level of a user's factor begins again with all of them.
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "capi/call.hpp"
#include "formula/expression/expression.hpp"
#include "formula/rows/transforms.hpp"

namespace insitu {

struct PipedRun {
  SourcePtr input;
  Pipeline pipeline;
  /// Expressions that `run` evaluates over the rows, so that they find the levels they look at.
  std::vector<ExpressionPtr> later = {};
  /// kGrow for a `run` that hands all rows to a sink or a frame.
  FunctionFactors factors = FunctionFactors::kFixed;
};

/// The reply of `run` over the input seen through the pipeline. `run` may be called again, over
/// another source; what it added to the call's reply is taken back before.
/// Throws UserCodeError when a function makes other levels each time it is called.
nlohmann::json run_piped(Call&, PipedRun,
                         const std::function<nlohmann::json(const SourcePtr&)>& run);

/// The expressions of a formula's text that may look at codes of a factor: all but bare variables.
std::vector<ExpressionPtr> expressions_of_formula(const std::string& text);

}  // namespace insitu
