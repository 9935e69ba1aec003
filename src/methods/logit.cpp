// rxLogit as a method: a generalized linear model of a response of two values.
#include "algorithms/step_glm.hpp"
#include "methods/glm.hpp"
#include "methods/methods.hpp"
#include "report/glm_report.hpp"

namespace insitu {

namespace {

struct LogitMethod {
  static constexpr MethodAbout about{
      .op = "logit",
      .function = "rxLogit",
      .title = "Fit a logistic regression",
      .formula = "late ~ x + f",
      .examples =
          "insitu logit flights.xdf 'late ~ hour' --transform 'late=delay > 5'\n"
          "insitu logit flights.xdf 'late ~ day' --transform 'late=delay > 5' --json",
      .keeps_model = true,
      .has_summary = true};
  using Passes = PassList<Glm, Meat, GlmCandidates>;
  struct Options : GlmOptions {};

  static PlannedPasses planned(const Options& options) { return planned_glm(options); }

  static OptionKeys option_keys() {
    using O = Options;
    return formula_keys<O>(
               "The model: response ~ terms, with + : * ^ - F() N() and functions. The "
               "response is logical, 0 or 1, or a factor of two levels.") +
           glm_keys<O>() +
           OptionKeys{
               regression_keys::cube_predictions<O>(), regression_keys::cov_data<O>(),
               option_of<O>("gradientTolerance", &O::gradient_tolerance,
                            "Not used: steps and deviances say when iterations have converged.",
                            {.command = "-"})};
  }
  static ResultKeys result_keys() { return glm_result_keys(); }

  static GlmResult run(const Options& options, Scope& scope) {
    GlmRun how;
    how.family = Family::parse("binomial");
    how.binary = how.linear_start = how.normal = how.likelihood = true;
    return run_glm(options, how, scope);
  }

  static std::string print(const nlohmann::json& reply, std::string_view layout,
                           const ReportHeader& header) {
    return layout == "summary" ? logit_summary(reply, header) : logit_print(reply, header);
  }
};

}  // namespace

Method logit_method() { return method<LogitMethod>(); }

}  // namespace insitu
