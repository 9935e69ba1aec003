#include "capi/analysis_request.hpp"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/named.hpp"
#include "capi/lin_mod_request.hpp"
#include "capi/make_sink.hpp"
#include "capi/model_pipeline.hpp"
#include "capi/move_rows.hpp"
#include "capi/piped_run.hpp"
#include "capi/pipeline_request.hpp"
#include "capi/predict_request.hpp"
#include "capi/summary_request.hpp"
#include "formula/model/formula.hpp"
#include "report/lin_mod_report.hpp"
#include "report/summary_report.hpp"

namespace insitu {

using nlohmann::json;

namespace {

/// Labels of the formula's terms as they are written, for names in which F(x) became F_x.
std::string label_of_term(const std::string& name, const std::string& formula) {
  const auto parsed = parse_formula(formula);
  for (const auto& term : parsed.terms) {
    auto label = deparse(term);
    auto plain = label;
    for (std::size_t at = 0; (at = plain.find("F(", at)) != std::string::npos;) {
      const auto end = plain.find(')', at);
      if (end == std::string::npos) break;
      plain =
          plain.substr(0, at) + "F_" + plain.substr(at + 2, end - at - 2) + plain.substr(end + 1);
    }
    if (plain == name) return label;
  }
  return name;
}

/// Writes the by-group tables and names them in the reply.
void write_by_group(Call& call, const std::vector<ByGroupTable>& tables, const json& descriptor,
                    json& reply) {
  json files = json::array();
  for (const auto& table : tables) {
    json document = call.document;
    document["byGroupOutFile"] = descriptor;
    document["byGroupOutFile"]["file"] = table.path;
    const Call inner{document,     Options(document), call.request, call.control,
                     call.context, call.sources,      call.reply};
    auto target = target_of(inner, "byGroupOutFile");
    target.options.rows_per_block = call.options.whole("rowsPerBlock", 100000);
    const auto sink = target.open(table.rows.schema);
    sink->write(table.rows);
    sink->finish();
    for (const auto& term : table.terms)
      files.push_back({{"file", table.path},
                       {"term", label_of_term(term, reply.value("formula", std::string()))}});
  }
  reply["byGroupFiles"] = std::move(files);
}

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

/// An analysis of the rows that `data` and the pipeline give; `run` gets the request with who
/// evaluates its transforms.
json over_rows(Call& call, json& descriptor,
               const std::function<json(const json& document, const SourcePtr&)>& run) {
  const auto input = plain_source(call, "data", &descriptor);
  const auto document = with_evaluator(call, *input);
  Call inner{document,     Options(document), call.request, call.control,
             call.context, call.sources,      call.reply};
  auto reply = run_piped(inner,
                         {.input = input,
                          .pipeline = pipeline_of(inner, descriptor, *input),
                          .later = expressions_of_formula(call.options.text("formula"))},
                         [&](const SourcePtr& source) { return run(document, source); });
  call.control.check_versions();
  return reply;
}

}  // namespace

ReportHeader report_header(const Call& call, const json& descriptor) {
  const auto& options = call.options;
  ReportHeader header;
  header.call = options.text("call");
  header.data_class = class_of(descriptor);
  header.file_name = file_of(descriptor);
  header.data_label = options.text("dataLabel", descriptor.value("name", std::string()));
  header.pweights = options.text("pweights");
  header.fweights = options.text("fweights");
  header.digits = static_cast<int>(options.whole("digits", 7));
  header.python = options.choice("style", "R", {"R", "python"}) == "python";
  header.width = static_cast<int>(options.whole("width", 80));
  return header;
}

json summary_request(Call& call) {
  json descriptor;
  auto request = call.document;
  json by_group_target;
  if (call.options.has("byGroupOutFile")) {
    by_group_target = target_descriptor_of(call.options.value("byGroupOutFile"), "byGroupOutFile");
    request["byGroupOutFile"] = file_of(by_group_target);
    (void)target_of(call, "byGroupOutFile");  // fails before anything runs
  }
  std::vector<ByGroupTable> tables;
  auto reply = over_rows(call, descriptor, [&](const json&, const SourcePtr& source) {
    tables.clear();
    return run_summary(request, source, call.context, call.control, &tables);
  });
  if (!tables.empty()) write_by_group(call, tables, by_group_target, reply);
  const auto text = summary_report(reply, report_header(call, descriptor));
  reply["printed"] = {{"print", text}, {"summary", text}};
  return reply;
}

json lin_mod_request(Call& call) {
  json descriptor;
  auto reply = over_rows(call, descriptor, [&](const json& document, const SourcePtr& source) {
    auto found = run_lin_mod(document, source, call.context, call.control, call.reply.arrays);
    // The caller keeps it.
    if (Options(document).has("transformFunc")) found["usesFunction"] = true;
    return found;
  });
  const auto header = report_header(call, descriptor);
  const auto full = with_arrays(reply, call.reply.arrays);
  reply["printed"] = {{"print", lin_mod_print(full, header)},
                      {"summary", lin_mod_summary(full, header)}};
  return reply;
}

json predict_request(Call& call) {
  // Functions come anew with the call.
  const auto model_pipeline = model_pipeline_of(call.document);
  require_function_of_model(call.document, model_pipeline);
  const auto document = with_model_pipeline(call.document, model_pipeline);
  Call inner{document,     Options(document), call.request, call.control,
             call.context, call.sources,      call.reply};
  const auto& options = inner.options;
  const auto data = descriptor_of(options.value("data"), "data");
  const auto lock = options.has("outData")          ? lock_changed_file(inner, "outData", "data")
                    : class_of(data) == "RxXdfData" ? lock_file(inner, file_of(data))
                                                    : nullptr;
  json descriptor;
  const auto input = plain_source(inner, "data", &descriptor);
  const bool is_xdf = descriptor.value("type", std::string()) == "RxXdfData";
  std::optional<Target> target;
  bool into_input = false;
  if (options.has("outData")) {
    into_input = same_file(file_of(descriptor),
                           file_of(target_descriptor_of(options.value("outData"), "outData")));
    if (!into_input) target = target_of(inner, "outData");
  } else {
    into_input = is_xdf;
  }
  auto pipeline = pipeline_of(inner, descriptor, *input);
  pipeline.remove_missings = false;  // of the written columns, below
  pipeline.prediction = true;
  const auto write = [&](const SourcePtr& source) {
    const auto plan = plan_prediction(document, source);
    RowsToMove rows;
    rows.source = plan.source;
    rows.columns = plan.columns;
    rows.complete_rows = plan.remove_missings;
    rows.keeps_all_rows = true;
    rows.blocks = plan.source->read_chunks();
    json reply;
    if (into_input) {
      if (!is_xdf)
        throw Unsupported(
            "predictions can be added to an .xdf only: give another `outData` than "_named +
            file_of(descriptor));
      if (plan.remove_missings)
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
      reply = write_rows(inner, rows, *target);
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
                    .later = expressions_of_formula(model_formula_of(document)),
                    .factors = FunctionFactors::kGrow},
                   write);
}

}  // namespace insitu
