#include "methods/predict_options.hpp"

#include "methods/correlated.hpp"

namespace insitu {

OptionKeys PredictRequestOptions::keys() {
  using O = PredictRequestOptions;
  const auto key = [](const char* name, auto member, const char* meaning,
                      OptionDetails details = {}) {
    return option_of<O>(name, member, meaning, std::move(details));
  };
  return {
      key("model", &O::model, "The model of a fit.", {.command = "-"}),
      key("computeStdErrors", &O::std_errors,
          "Write standard errors of the predictions; the model must have been fitted with covCoef.",
          {.command = "--std-errors",
           .help = "Standard errors too; the model must have been fitted with --covariance"}),
      key("interval", &O::interval,
          "Write intervals: of the mean response (confidence) or of a new value (prediction).",
          {.choices = {"none", "confidence", "prediction"}, .labels = "KIND"}),
      key("confLevel", &O::confidence, "Confidence level of the intervals, between 0 and 1.",
          {.command = "--level", .labels = "LEVEL"}),
      key("computeResiduals", &O::residuals, "Write residuals too.", {.command = "--residuals"}),
      key("residType", &O::residual_type,
          "Kind of residuals: usual and response are response - prediction; pearson, deviance and "
          "working as in R.",
          {.choices = {"usual", "response", "pearson", "deviance", "working"},
           .command = "--residual-type",
           .labels = "KIND"}),
      key("computeLeverage", &O::leverage,
          "Write leverages, the diagonal of the hat matrix; the model must have been fitted with "
          "covCoef.",
          {.command = "--leverage",
           .help = "Leverages too, the diagonal of the hat matrix; needs a fit with --covariance"}),
      key("computeCooksDistance", &O::cooks_distance,
          "Write Cook's distances; the model must have been fitted with covCoef.",
          {.command = "--cooks-distance",
           .help = "Cook's distances too; needs a fit with --covariance"}),
      key("type", &O::type,
          "Predictions on the scale of the response or of the link, or the likeliest class.",
          {.choices = {"response", "link", "class"}}),
      key("writeModelVars", &O::write_model_vars, "Write the variables of the model too.",
          {.command = "--model-variables"}),
      key("extraVarsToWrite", &O::extra_vars,
          "Further variables of the data to write beside the predictions.",
          {.command = "--extra", .labels = "NAMES"}),
      key("removeMissings", &O::remove_missings,
          "Leave out rows with a missing value in a written variable.",
          {.command = "--remove-missing"}),
      key("checkFactorLevels", &O::check_levels,
          "A factor level of the data that the model does not know is an error; FALSE: its "
          "predictions are missing.",
          {.command = "--unknown-levels-missing",
           .help = "Levels that the model does not know give missing predictions, no error"}),
      key("predVarNames", &O::prediction_names, "Names of the predictions."),
      key("residVarNames", &O::residual_names, "Names of the residuals."),
      key("intervalVarNames", &O::interval_names, "Names of the lower and the upper bounds."),
      key("stdErrorsVarNames", &O::std_error_names, "Names of the standard errors."),
      key("lambda", &O::penalties,
          "Of a ridge regression or an elastic net: the penalties, a column of predictions for "
          "each; "
          "without it the one with the least generalised cross-validation.",
          {.labels = "NUMBERS"}),
      key("numComponents", &O::components,
          "Of principal components: how many are scored; -1: all."),
  };
}

PredictRequestOptions predict_options(const nlohmann::json& request) {
  PredictRequestOptions options;
  const Options given(request);
  for (const auto& key : PredictRequestOptions::keys()) key.read(&options, given);
  if (!options.penalties.is_null()) options.lambda = penalties_of(options.penalties);
  return options;
}

}  // namespace insitu
