#include "capi/method_request.hpp"

#include <functional>
#include <utility>

#include "base/error.hpp"
#include "base/named.hpp"
#include "capi/family_functions.hpp"
#include "capi/make_sink.hpp"
#include "capi/model_pipeline.hpp"
#include "capi/moments_request.hpp"
#include "capi/piped_run.hpp"
#include "capi/pipeline_request.hpp"
#include "methods/methods.hpp"
#include "report/explain_report.hpp"

namespace insitu {

using nlohmann::json;
using nlohmann::ordered_json;

namespace {

/// The request with its targets as descriptors with absolute paths; targets that cannot be written
/// fail here, before anything runs.
json with_targets(const Call& call, const Method& method) {
  json document = call.document;
  for (const auto& key : method.options) {
    if (key.kind != OptionKind::kTarget || !call.options.has(key.key.c_str())) continue;
    document[key.key] = target_descriptor_of(call.options.value(key.key.c_str()), key.key.c_str());
    (void)target_of(call, key.key.c_str());
  }
  return document;
}

void write_table(const Call& call, const TableToWrite& table) {
  json document = call.document;
  document[table.key] =
      target_descriptor_of(call.options.value(table.key.c_str()), table.key.c_str());
  document[table.key]["file"] = table.path;
  const Call inner{document,     Options(document), call.request, call.control,
                   call.context, call.sources,      call.reply};
  auto target = target_of(inner, table.key.c_str());
  target.options.rows_per_block = call.options.whole("rowsPerBlock", 100000);
  const auto sink = target.open(table.rows.schema);
  sink->write(table.rows);
  sink->finish();
}

ReportHeader header_of(const json& result, const Options& options) {
  const auto found = result.find("about");
  const json about = found == result.end() ? json::object() : *found;
  const auto params = result.find("params");
  ReportHeader header;
  const auto text = [](const json& object, const char* key) {
    const auto value = object.is_object() ? object.value(key, json()) : json();
    return value.is_string() ? value.get<std::string>() : std::string();
  };
  header.call = text(about, "call");
  header.data_class = text(about, "dataClass");
  header.file_name = text(about, "fileName");
  header.data_label = text(about, "dataLabel");
  if (params != result.end()) {
    header.pweights = text(*params, "pweights");
    header.fweights = text(*params, "fweights");
  }
  header.digits = static_cast<int>(options.whole("digits", 7));
  header.python = options.choice("style", "R", {"R", "python"}) == "python";
  header.width = static_cast<int>(options.whole("width", 80));
  return header;
}

/// `request`: the call's with targets as descriptors.
ordered_json run_over(Call& call, const Method& method, const json& request, const SourcePtr& input,
                      const json& descriptor) {
  const auto document = with_evaluator(call, *input);
  Call inner{document,     Options(document), call.request, call.control,
             call.context, call.sources,      call.reply};
  ordered_json reply;
  std::vector<TableToWrite> tables;
  (void)run_piped(inner,
                  {.input = input,
                   .pipeline = pipeline_of(inner, descriptor, *input),
                   .later = expressions_of_formula(call.options.text("formula"))},
                  [&](const SourcePtr& source) {
                    const bool keeps = method.about.keeps_model || method.about.keeps_pipeline;
                    Scope scope(source, call.context, call.control,
                                keeps ? model_pipeline(document) : "");
                    const UserFamilyOfCall functions(user_family_of(inner));
                    reply = {{"class", method.about.result}};
                    ReplyWriter writer(reply, call.reply.arrays);
                    method.run(Options(request), scope, writer);
                    tables = std::move(scope.tables);
                    return json();
                  });
  call.control.check_versions();
  // The caller keeps the function of a model.
  if (method.about.keeps_model && inner.options.has("transformFunc")) reply["usesFunction"] = true;
  for (const auto& table : tables) write_table(call, table);
  const auto& options = call.options;
  reply["about"] = {
      {"call", options.text("call")},
      {"dataLabel", options.text("dataLabel", descriptor.value("name", std::string()))},
      {"dataClass", class_of(descriptor)},
      {"fileName", file_of(descriptor)}};
  add_layouts(call, method, reply);
  return reply;
}

/// In place of rows: what was kept of them.
ordered_json run_over_moments(Call& call, const Method& method) {
  if (call.options.has("data"))
    throw InvalidArgument("data and `moments` exclude each other: give one of them"_named);
  for (const auto* key : {"pweights", "fweights", "rowSelection", "transforms", "transformFunc"})
    if (call.options.has(key))
      throw InvalidArgument(
          named(key) +
          " cannot be used with `moments`, which are of rows that were read: leave it out"_named);
  const auto& given = call.options.value("moments");
  const auto kept = moments_in(given);
  json request = call.document;
  if (!kept.frame.weights.empty())
    request[kept.frame.frequency_weights ? "fweights" : "pweights"] = kept.frame.weights;
  if (!call.options.has("formula")) request["formula"] = kept.frame.formula;
  Scope scope(kept, call.context, call.control);
  ordered_json reply = {{"class", method.about.result}};
  ReplyWriter writer(reply, call.reply.arrays);
  method.run(Options(request), scope, writer);
  reply["about"] = about_moments(call, given);
  add_layouts(call, method, reply);
  return reply;
}

}  // namespace

void add_layouts(const Call& call, const Method& method, ordered_json& reply) {
  const auto layouts = call.options.texts("print");
  if (layouts.empty()) return;
  const auto full = with_arrays(json(reply), call.reply.arrays);
  const auto header = header_of(full, call.options);
  auto& printed = reply["printed"] = ordered_json::object();
  for (const auto& layout : layouts) printed[layout] = method.print(full, layout, header);
}

ordered_json run_method(Call& call, const Method& method) {
  if (method.about.takes_moments && call.options.has("moments"))
    return run_over_moments(call, method);
  const auto request = with_targets(call, method);
  json descriptor;
  const auto input = plain_source(call, "data", &descriptor);
  return run_over(call, method, request, input, descriptor);
}

ordered_json run_method_over(Call& call, const Method& method, const SourcePtr& input,
                             const json& descriptor) {
  return run_over(call, method, with_targets(call, method), input, descriptor);
}

json print_request(Call& call) {
  const auto& result = call.options.value("result");
  const auto found = result.is_object() ? result.find("class") : result.end();
  const auto layout = call.options.choice("layout", "print", {"print", "summary"});
  if (found != result.end() && *found == "rxExecution") {
    try {
      return {{"printed", explain_report(nlohmann::ordered_json(result))}};
    } catch (const json::exception&) {
      throw InvalidArgument(
          "result is no record of an execution: a field is missing or of another kind");
    }
  }
  const auto* method = found != result.end() && found->is_string()
                           ? method_of_result(found->get<std::string>())
                           : nullptr;
  if (!method)
    throw InvalidArgument(
        "result must be the reply of a method, with its class; known are the "
        "classes that describe lists");
  try {
    return {{"printed", method->print(result, layout, header_of(result, call.options))}};
  } catch (const json::exception&) {
    throw InvalidArgument("result is no reply of " + std::string(method->about.op) +
                          ": a field is of another kind");
  }
}

ordered_json describe_request(Call&) { return description_of_methods(); }

}  // namespace insitu
