#pragma once
// rxLinMod as a method: its options, its result, its printed layouts. The mathematics is
// algorithms/lin_mod.hpp.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "algorithms/lin_mod.hpp"
#include "algorithms/meat.hpp"
#include "methods/method.hpp"
#include "methods/regression.hpp"
#include "methods/robust.hpp"
#include "methods/step_options.hpp"

namespace insitu {

struct LinModOptions : RegressionOptions {
  bool keep_moments = false;
  static OptionKeys keys();
};

struct FStatistics {
  std::vector<double> value;
  double numdf = 0, dendf = 0;
  static ResultKeys keys();
};

/// Fields under the names of the R object; p coefficients, N dependent variables.
struct LinModResult {
  std::vector<std::string> y_names, coefficient_names;
  std::vector<std::string> column_names;  ///< of cov_data: without the intercept
  std::vector<double> coefficients, std_errors, t_values, p_values;  ///< p x N, NaN where dropped
  std::vector<double> cov_coef, cov_data;                            ///< p x p, p-1 x p-1; or empty
  std::vector<bool> aliased;
  std::int64_t rank = 0;
  double condition_number = 0;
  std::vector<double> residual_squares, total_squares, response_variance, sigma, residual_variance,
      r_squared, adjusted_r_squared, f_p_value;
  FStatistics f;
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
  std::string model, moments;
  StepResult step;
  static ResultKeys keys();
};

/// Throws InvalidArgument for a formula that the options exclude, or that has no response or terms.
/// `selected`: a formula without terms is where a search starts.
void check_lin_mod_formula(const Formula&, const LinModOptions&, bool selected = false);
FitOptions fit_options_of(const LinModOptions&);
/// The result of a fit, without its moments. `pipeline`: what the model keeps of it.
LinModResult lin_mod_result(const ModelFrame&, const LinearFit&, const LinModOptions&,
                            const std::string& pipeline);

struct LinModMethod {
  static constexpr MethodAbout about{.op = "lin_mod",
                                     .function = "rxLinMod",
                                     .title = "Fit a linear model",
                                     .formula = "y ~ x + f + x:f",
                                     .examples =
                                         "insitu linmod flights.xdf 'delay ~ day + hour' "
                                         "--model delay.model --covariance\n"
                                         "insitu linmod flights.xdf 'delay ~ day' --cube --brief\n"
                                         "insitu linmod flights.xdf 'delay ~ 1' --step 'scope = ~ "
                                         "day + hour'",
                                     .keeps_model = true,
                                     .has_summary = true};
  using Options = LinModOptions;
  using Passes = PassList<LinMod, Meat>;
  static PlannedPasses planned(const Options&);
  static LinModResult run(const Options&, Scope&);
  static std::string print(const nlohmann::json& reply, std::string_view layout,
                           const ReportHeader&);
};

}  // namespace insitu
