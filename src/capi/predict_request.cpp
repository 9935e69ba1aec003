#include "capi/predict_request.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "algorithms/linear_model.hpp"
#include "algorithms/predict.hpp"
#include "base/base64.hpp"
#include "base/error.hpp"
#include "base/named.hpp"
#include "base/suggest.hpp"
#include "capi/model_pipeline.hpp"

namespace insitu {

using nlohmann::json;

namespace {

const json* given(const json& request, const char* key) {
  const auto found = request.find(key);
  return found == request.end() || found->is_null() ? nullptr : &*found;
}

bool flag(const json& request, const char* key, bool otherwise) {
  const auto* value = given(request, key);
  return value ? value->get<bool>() : otherwise;
}

/// An array of names; a single one may come as text.
std::vector<std::string> names(const json& request, const char* key) {
  const auto* value = given(request, key);
  if (!value) return {};
  if (value->is_string()) return {value->get<std::string>()};
  return value->get<std::vector<std::string>>();
}

/// The name given for one output column, or `otherwise`.
std::string name_or(const json& request, const char* key, std::string otherwise) {
  const auto given_names = names(request, key);
  if (given_names.empty()) return otherwise;
  if (given_names.size() != 1 || given_names[0].empty())
    throw InvalidArgument(std::string(key) +
                          " must be one name: the model has one dependent variable");
  return given_names[0];
}

LinearModel model_of(const json& request) {
  const auto* value = given(request, "model");
  if (!value || !value->is_string())
    throw InvalidArgument("model is missing: give the model of a fit");
  return LinearModel::load(from_base64(value->get_ref<const std::string&>()));
}

}  // namespace

json model_pipeline_of(const json& request) {
  return model_pipeline_from(model_of(request).pipeline);
}

std::string model_formula_of(const json& request) { return model_of(request).frame.formula; }

PredictionPlan plan_prediction(const json& request, std::shared_ptr<const DataSource> source) {
  auto model = std::make_shared<const LinearModel>(model_of(request));
  if (model->responses() != 1)
    throw InvalidArgument("predictions need a model with one dependent variable; this one has " +
                          std::to_string(model->responses()) + ": fit them one by one");
  const auto* interval_value = given(request, "interval");
  const auto interval = interval_value ? interval_value->get<std::string>() : "none";
  if (interval != "none" && interval != "confidence" && interval != "prediction")
    throw InvalidArgument("interval must be \"none\", \"confidence\" or \"prediction\": " +
                          interval);
  const auto* type = given(request, "type");
  if (type && *type != "response" && *type != "link")
    throw InvalidArgument("type must be \"response\" or \"link\": " + type->dump());

  const auto y = model->response_name(0);
  PredictedColumns columns;
  columns.prediction = name_or(request, "predVarNames", y + "_Pred");
  if (flag(request, "computeResiduals", false))
    columns.residual = name_or(request, "residVarNames", y + "_Resid");
  if (flag(request, "computeStdErrors", false))
    columns.std_error = name_or(request, "stdErrorsVarNames", y + "_StdErr");
  if (interval != "none") {
    auto bounds = names(request, "intervalVarNames");
    if (bounds.empty()) bounds = {y + "_Lower", y + "_Upper"};
    if (bounds.size() != 2 || bounds[0].empty() || bounds[1].empty())
      throw InvalidArgument(
          "`intervalVarNames` must be two names, of the lower and the upper bound"_named);
    columns.lower = bounds[0];
    columns.upper = bounds[1];
    columns.prediction_interval = interval == "prediction";
  }
  if (const auto* level = given(request, "confLevel")) columns.confidence = level->get<double>();
  columns.unknown_levels_are_errors = flag(request, "checkFactorLevels", true);

  PredictionPlan plan;
  plan.new_variables = columns.names();
  plan.remove_missings = flag(request, "removeMissings", false);
  plan.columns = plan.new_variables;
  const auto schema = source->schema();
  const auto add = [&](const std::string& name) {
    if (std::find(plan.columns.begin(), plan.columns.end(), name) == plan.columns.end())
      plan.columns.push_back(name);
  };
  if (flag(request, "writeModelVars", false))
    for (const auto& name : model->frame.source_columns(true))
      if (schema->find(name) && name != model->frame.weights) add(name);
  for (const auto& name : names(request, "extraVarsToWrite")) {
    if (!schema->find(name))
      throw InvalidArgument("`extraVarsToWrite`: variable not found: "_named + name +
                            did_you_mean(name, schema->names()));
    add(name);
  }
  plan.source = predicted(std::move(source), std::move(model), std::move(columns));
  return plan;
}

}  // namespace insitu
