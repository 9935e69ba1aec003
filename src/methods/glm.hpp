#pragma once
// What rxLogit and rxGlm have in common as methods: options, result, the way through binding,
// fitting and warnings. The mathematics is algorithms/glm.hpp.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "algorithms/glm.hpp"
#include "algorithms/meat.hpp"
#include "methods/iterations.hpp"
#include "methods/method.hpp"
#include "methods/planned_passes.hpp"
#include "methods/regression.hpp"
#include "methods/robust.hpp"
#include "methods/step_options.hpp"

namespace insitu {

struct GlmOptions : RegressionOptions, IterationOptions {
  nlohmann::json initial_values;
  double gradient_tolerance = 1e-6;
};

/// Those of both methods but the formula and the weights.
template <class O>
OptionKeys glm_keys() {
  using namespace regression_keys;
  return OptionKeys{
             cube<O>(),
             variable_selection<O>(),
             drop_first<O>(),
             drop_main<O>(),
             cov_coef<O>(),
             option_of<O>(
                 "initialValues", &O::initial_values,
                 "Where iterations start: one number for each coefficient, or one for all; "
                 "\"NA\": means near the responses.",
                 {.command = "-"}),
             label_style<O>(),
         } +
         iteration_keys<O>() + OptionKeys{robust<O>(), cluster<O>()};
}

/// Fields under the names of the R object; p coefficients.
struct GlmResult {
  std::vector<std::string> y_names, coefficient_names, column_names;
  std::vector<std::string> response_levels;  ///< of a factor: the level of 0, of 1
  std::vector<double> coefficients, std_errors, statistics, p_values;  ///< p, NaN where dropped
  std::vector<double> cov_coef, cov_data;
  std::vector<bool> aliased;
  std::int64_t rank = 0;
  double condition_number = 0, deviance = 0, dispersion = 1, aic = 0;
  bool has_aic = false, has_levels = false;
  std::string family, link, family_text;
  std::int64_t iterations = 0;
  bool converged = false;
  ResultTable record;
  std::vector<double> df;  ///< rank, of the residuals, p
  std::int64_t valid = 0, missing = 0;
  double sum_of_weights = 0;
  bool weighted = false, cube = false, has_cov_data = false, is_robust = false;
  RobustRecord robust;
  std::vector<std::int64_t> partitions;
  ResultTable cells;
  NamedLevels levels;
  bool first_level_dropped = false, intercept = true;
  std::string precision;
  std::vector<std::string> terms;
  std::string model;
  StepResult step;
};

/// The fields that both have.
ResultKeys glm_result_keys();

/// What a method says of a fit.
struct GlmRun {
  Family family;
  bool binary = false;        ///< the response is 0 or 1
  bool linear_start = false;  ///< iterations start from a regression of the response
  bool normal = false;        ///< p values are those of the normal distribution, not of t
  bool likelihood = false;    ///< the AIC is wanted
  std::string offset;         ///< name of a variable; "": offset() terms of the formula, if any
};
/// The passes of both methods.
PlannedPasses planned_glm(const GlmOptions&);
GlmResult run_glm(const GlmOptions&, const GlmRun&, Scope&);

}  // namespace insitu
