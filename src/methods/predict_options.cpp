#include "methods/predict_options.hpp"

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
          {.command = "--std-errors"}),
      key("interval", &O::interval,
          "Write intervals: of the mean response (confidence) or of a new value (prediction).",
          {.choices = {"none", "confidence", "prediction"}, .labels = "KIND"}),
      key("confLevel", &O::confidence, "Confidence level of the intervals, between 0 and 1.",
          {.command = "--level", .labels = "LEVEL"}),
      key("computeResiduals", &O::residuals, "Write residuals too.", {.command = "--residuals"}),
      key("type", &O::type,
          "Predictions on the scale of the response or of the link, or the likeliest class.",
          {.choices = {"response", "link", "class"}}),
      key("writeModelVars", &O::write_model_vars, "Write the variables of the model too.",
          {.command = "--model-variables"}),
      key("extraVarsToWrite", &O::extra_vars,
          "Further variables of the data to write beside the predictions.",
          {.command = "--extra", .labels = "NAMES"}),
      key("removeMissings", &O::remove_missings,
          "Leave out rows with a missing value in a written variable."),
      key("checkFactorLevels", &O::check_levels,
          "Check that the factor levels of the data are those of the model."),
      key("predVarNames", &O::prediction_names, "Names of the predictions."),
      key("residVarNames", &O::residual_names, "Names of the residuals."),
      key("intervalVarNames", &O::interval_names, "Names of the lower and the upper bounds."),
      key("stdErrorsVarNames", &O::std_error_names, "Names of the standard errors."),
  };
}

PredictRequestOptions predict_options(const nlohmann::json& request) {
  PredictRequestOptions options;
  const Options given(request);
  for (const auto& key : PredictRequestOptions::keys()) key.read(&options, given);
  return options;
}

}  // namespace insitu
