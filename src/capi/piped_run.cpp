#include "capi/piped_run.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "algorithms/pipeline_levels.hpp"
#include "base/error.hpp"
#include "formula/model/formula.hpp"
#include "formula/rows/new_level.hpp"
#include "methods/panel_formula.hpp"

namespace insitu {

namespace {

/// A function that makes new levels this often does not make them of its rows.
constexpr int kMostRuns = 5;

}  // namespace

nlohmann::json run_piped(Call& call, PipedRun piped,
                         const std::function<nlohmann::json(const SourcePtr&)>& run) {
  const auto arrays = call.reply.arrays.size(), frames = call.reply.frames.size();
  for (int runs = 1;; ++runs) {
    try {
      return run(transformed_with_levels(piped.input, piped.pipeline, piped.later, piped.factors,
                                         call.context, call.control));
    } catch (const Error& error) {
      if (error.code() != kNewLevel) throw;
      if (runs == kMostRuns) throw UserCodeError(error.what());
    }
    call.reply.arrays.resize(arrays);
    while (call.reply.frames.size() > frames) {
      auto& frame = call.reply.frames.back();
      if (frame.release) frame.release(&frame);
      call.reply.frames.pop_back();
    }
    piped.pipeline.function_levels =
        find_function_levels(piped.input, piped.pipeline, call.context, call.control);
  }
}

std::vector<ExpressionPtr> expressions_of_formula(const std::string& text) {
  if (text.empty()) return {};
  std::vector<ExpressionPtr> expressions;
  const auto add = [&](const ExpressionPtr& expression) {
    if (expression->kind == Expression::Kind::kCall) expressions.push_back(expression);
  };
  if (has_panels(text)) {
    const auto plot = parse_panel_formula(text);
    add(plot.x);
    for (const auto& each : plot.panels) add(each);
    return expressions;
  }
  const auto formula = parse_formula(text);
  for (const auto& response : formula.responses) add(response);
  for (const auto& term : formula.terms)
    for (const auto& factor : term.factors) add(factor);
  return expressions;
}

}  // namespace insitu
