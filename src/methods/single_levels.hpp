#pragma once
#include "formula/model/model_frame.hpp"
#include "methods/scope.hpp"

namespace insitu {

/// Warns of factors of one level beside an intercept: their columns are constant, and dropped.
inline void warn_of_single_levels(const ModelFrame& frame, bool cube, Scope& scope) {
  if (!frame.intercept || cube) return;
  for (const auto& term : frame.terms) {
    if (term.variables.size() != 1) continue;
    const auto& variable = frame.variables[term.variables[0]];
    if (!variable.categorical || variable.levels.size() != 1) continue;
    scope.warn("the factor '" + variable.label + "' has only the level '" + variable.levels[0] +
               "', which the intercept stands for: its coefficient is dropped; leave it out");
  }
}

}  // namespace insitu
