#pragma once
// What methods that fit by iteration have in common: options, their checks, progress, the record.
#include <cstdint>
#include <vector>

#include "algorithms/fit_iteration.hpp"
#include "methods/keys.hpp"
#include "methods/scope.hpp"
#include "methods/values.hpp"

namespace insitu {

struct IterationOptions {
  std::int64_t max_iterations = 25;
  double coefficient_tolerance = 1e-6, objective_tolerance = 1e-8;
};

/// Their keys, for options of which they are a part.
template <class O>
OptionKeys iteration_keys() {
  return {
      option_of<O>("maxIterations", &O::max_iterations, "The most iterations."),
      option_of<O>("coeffTolerance", &O::coefficient_tolerance,
                   "Converged when the largest step, by the largest coefficient, is up to this; "
                   "0: never so."),
      option_of<O>("objectiveFunctionTolerance", &O::objective_tolerance,
                   "Converged when the deviance changes by up to this share; 0: never so."),
  };
}

/// Throws InvalidArgument for values that say nothing.
void check_iterations(const IterationOptions&);

/// A line of progress: the number of the iteration, the deviance, the step (NaN: none yet).
void tell_iteration(Scope&, std::int64_t iteration, double deviance, double step);

/// The record as replies have it.
ResultTable iteration_table(const std::vector<FitIteration>&);

}  // namespace insitu
