#include "capi/predict_request.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "algorithms/glm_model.hpp"
#include "algorithms/predict.hpp"
#include "algorithms/variance_inflation.hpp"
#include "base/base64.hpp"
#include "base/error.hpp"
#include "base/named.hpp"
#include "base/suggest.hpp"
#include "capi/family_functions.hpp"
#include "capi/formats.hpp"
#include "capi/make_sink.hpp"
#include "capi/model_pipeline.hpp"
#include "capi/move_rows.hpp"
#include "capi/piped_run.hpp"
#include "capi/pipeline_request.hpp"
#include "capi/scored_in_database.hpp"
#include "methods/model_file.hpp"
#include "methods/predict_options.hpp"
#include "methods/regression.hpp"

namespace insitu {

using nlohmann::json;

namespace {

/// A function stays with the model object of its language, which sends it along.
void require_function_of_model(const json& document, const json& model_pipeline) {
  const auto fitted = model_pipeline.find("transformFunc");
  if (fitted == model_pipeline.end()) return;
  const auto sent = document.find("transformFunc");
  if (sent != document.end() && !sent->is_null()) return;
  const bool python = fitted->value("language", std::string()) == "python";
  throw InvalidArgument(
      std::string("the model was fitted with a function of ") + (python ? "Python" : "R") + " (" +
      fitted->value("name", std::string(python ? "transform_function" : "transformFunc")) +
      "), which only the model object of " + (python ? "Python" : "R") +
      " holds: predict with that object, or fit with transforms that the engine evaluates "
      "(docs/expressions.md)");
}

std::shared_ptr<const Model> model_of(const Call& call) {
  const auto& request = call.options;
  if (!request.has("model")) throw InvalidArgument("model is missing: give the model of a fit");
  auto model = load_model(model_in(from_base64(request.text("model"))));
  const auto* family = model->user_family();
  return family ? model->with(user_family_of(call, *family)) : model;
}

struct PredictionPlan {
  SourcePtr source;  ///< the given one with the predicted columns behind its own
  std::vector<std::string> new_variables;  ///< what the model puts out
  std::vector<std::string> columns;        ///< to write to another target than the data
};

/// Throws InvalidArgument: unknown variables, options that the model cannot serve.
PredictionPlan plan_prediction(const std::shared_ptr<const Model>& model,
                               const PredictRequestOptions& options, SourcePtr source) {
  PredictionPlan plan;
  const auto schema = source->schema();
  auto predictions = predicted(std::move(source), model, options);
  plan.source = std::move(predictions.source);
  plan.new_variables = std::move(predictions.columns);
  plan.columns = plan.new_variables;
  const auto add = [&](const std::string& name) {
    if (std::ranges::find(plan.columns, name) == plan.columns.end()) plan.columns.push_back(name);
  };
  if (options.write_model_vars)
    for (const auto& name : model->frame().source_columns(true))
      if (schema->find(name) && name != model->frame().weights) add(name);
  for (const auto& name : options.extra_vars) {
    if (!schema->find(name))
      throw InvalidArgument("`extraVarsToWrite`: variable not found: "_named + name +
                            did_you_mean(name, schema->names()));
    add(name);
  }
  return plan;
}

/// The linear predictor of a model that has one. `what`: of the error, "labels are those".
LinearModel linear_part(const Options& request, const char* what) {
  if (!request.has("model")) throw InvalidArgument("model is missing: give the model of a fit");
  const auto sealed = model_in(from_base64(request.text("model")));
  const auto kind = sealed_kind(sealed);
  if (kind == LinearModel::kKind) return LinearModel::load(sealed);
  if (kind == GlmModel::kKind) return GlmModel::load(sealed).linear;
  throw InvalidArgument(what + " of a model of `rxLinMod`, `rxLogit` or `rxGlm`"_named);
}

}  // namespace

nlohmann::ordered_json labels_request(Call& call) {
  const auto model = linear_part(call.options, "labels of coefficients are those");
  return {{"labels", coefficient_labels(model.frame, model.intercept, true)}};
}

nlohmann::ordered_json vif_request(Call& call) {
  const auto found =
      variance_inflation(linear_part(call.options, "variance inflation factors are those"));
  return {{"terms", found.terms},
          {"GVIF", found.factors},
          {"Df", found.columns},
          {"scaled", found.scaled}};
}

json predict_request(Call& call) {
  // Functions come anew with the call.
  const auto model = model_of(call);
  const auto model_pipeline = model_pipeline_from(model->pipeline());
  require_function_of_model(call.document, model_pipeline);
  const auto document = with_model_pipeline(call.document, model_pipeline);
  Call inner{document,     Options(document), call.request, call.control,
             call.context, call.sources,      call.reply};
  const auto& options = inner.options;
  const auto wanted = predict_options(document);
  const auto data = descriptor_of(options.value("data"), "data");
  const auto lock = options.has("outData") ? lock_changed_file(inner, "outData", "data")
                    : takes_columns(data)  ? lock_file(inner, file_of(data))
                                           : nullptr;
  json descriptor;
  const auto input = plain_source(inner, "data", &descriptor);
  const bool takes = takes_columns(descriptor);
  std::optional<Target> target;
  bool into_input = false;
  if (options.has("outData")) {
    into_input = same_file(file_of(descriptor),
                           file_of(target_descriptor_of(options.value("outData"), "outData")));
    if (!into_input) target = target_of(inner, "outData");
  } else {
    into_input = takes;
  }
  auto pipeline = pipeline_of(inner, descriptor, *input);
  pipeline.remove_missings = false;  // of the written columns, below
  pipeline.prediction = true;
  const auto write = [&](const SourcePtr& source) {
    const auto plan = plan_prediction(model, wanted, source);
    RowsToMove rows;
    rows.source = plan.source;
    rows.columns = plan.columns;
    rows.complete_rows = wanted.remove_missings;
    rows.keeps_all_rows = true;
    rows.blocks = plan.source->read_chunks();
    json reply;
    if (into_input) {
      if (!takes)
        throw Unsupported(
            "predictions can be added to an .xdf only: give another `outData` than "_named +
            file_of(descriptor));
      if (wanted.remove_missings)
        throw InvalidArgument(
            "`removeMissings` cannot be used when predictions are added to their data: give another "_named
            "`outData`");
      if (!options.flag("overwrite", false))
        for (const auto& name : plan.new_variables)
          if (input->schema()->find(name))
            throw InvalidArgument(
                "the variable exists: " + name +
                "; allow to replace it with `overwrite`, or give `predVarNames`"_named);
      json in_place = document;
      in_place["outData"] = descriptor;
      in_place["append"] = "cols";
      in_place["overwrite"] = true;
      const Call writing{in_place,     Options(in_place), call.request, call.control,
                         call.context, call.sources,      call.reply};
      rows.columns = plan.new_variables;
      auto place = target_of(writing, "outData");
      place.options.replaces = version_read(inner, file_of(descriptor));
      reply = write_rows(inner, rows, place);
    } else if (target) {
      const auto outputs = model->predictor(wanted)->outputs();
      const auto scored = score_in_database(
          inner, {input, descriptor, source, outputs, plan.columns}, wanted, *target);
      if (scored.rows)
        reply = {{"outFile", target->descriptor},
                 {"numRows", *scored.rows},
                 {"numVars", plan.columns.size()}};
      else
        reply = write_rows(inner, rows, *target);
      if (auto place = scored.place(); !place.is_null()) reply["scoring"] = std::move(place);
    } else {
      rows.row_names = descriptor.value("rowNames", std::string());
      if (!rows.row_names.empty()) rows.columns.push_back(rows.row_names);
      reply = collect_rows(inner, rows, -1);
    }
    reply["variables"] = plan.new_variables;
    return reply;
  };
  return run_piped(inner,
                   {.input = input,
                    .pipeline = std::move(pipeline),
                    .later = expressions_of_formula(model->frame().formula),
                    .factors = FunctionFactors::kGrow},
                   write);
}

}  // namespace insitu
