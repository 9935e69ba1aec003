#include "methods/iterations.hpp"

#include <cmath>
#include <string>
#include <utility>

#include "base/error.hpp"
#include "base/named.hpp"
#include "base/number_text.hpp"

namespace insitu {

void check_iterations(const IterationOptions& options) {
  if (options.max_iterations < 1)
    throw InvalidArgument("`maxIterations` must be 1 or more, not "_named +
                          std::to_string(options.max_iterations));
  const auto tolerance = [](const char* key, double value) {
    if (!(value >= 0 && value < 1))
      throw InvalidArgument(named(key) + " must be from 0 to 1, not " + general_text(value, 15));
  };
  tolerance("coeffTolerance", options.coefficient_tolerance);
  tolerance("objectiveFunctionTolerance", options.objective_tolerance);
}

void tell_iteration(Scope& scope, std::int64_t iteration, double deviance, double step) {
  scope.tell("Iteration " + std::to_string(iteration) + ": deviance " + fixed_text(deviance, 4) +
             (std::isnan(step) ? "" : ", step " + scientific_text(step, 1)));
}

ResultTable iteration_table(const std::vector<FitIteration>& record) {
  std::vector<double> iteration, deviance, step, halved;
  for (const auto& each : record) {
    iteration.push_back(static_cast<double>(each.iteration));
    deviance.push_back(each.deviance);
    step.push_back(each.step);
    halved.push_back(each.halved ? 1 : 0);
  }
  ResultTable table;
  table.add_numbers("Iteration", std::move(iteration));
  table.add_numbers("Deviance", std::move(deviance));
  table.add_numbers("Step", std::move(step));
  table.add_numbers("Halved", std::move(halved));
  return table;
}

}  // namespace insitu
