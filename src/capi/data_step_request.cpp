#include "capi/data_step_request.hpp"

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "capi/block_writer.hpp"
#include "capi/frame_collector.hpp"
#include "capi/make_sink.hpp"
#include "capi/pipeline_request.hpp"
#include "capi/row_numbers.hpp"

namespace insitu {

using nlohmann::json;

namespace {

/// Thrown by a consumer that has enough rows; never leaves this file.
struct EnoughRows {};

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::ranges::find(names, name) != names.end();
}

/// The input with its names, and what of it is written under which name.
struct Step {
  SourcePtr source;
  std::vector<std::string> columns;
  std::string row_names;            ///< column of the input that holds row names; "": none
  std::vector<std::int64_t> blocks; ///< read pieces of the input
};

/// A chunk with some columns under other names.
Chunk renamed(Chunk chunk, const SchemaPtr& schema) {
  chunk.schema = schema;
  return chunk;
}

SchemaPtr with_name(const Schema& schema, const std::string& from, const std::string& to) {
  auto fields = schema.fields();
  for (auto& field : fields)
    if (field.name == from) field.name = to;
  return std::make_shared<const Schema>(std::move(fields));
}

std::vector<std::string> assigned_names(const Pipeline& pipeline) {
  std::vector<std::string> names;
  for (const auto& [name, expression] : pipeline.transforms) names.push_back(name);
  return names;
}

Step make_step(Call& call, json* descriptor) {
  const auto& options = call.options;
  Step step;
  auto pipeline = pipeline_of(call);
  SourcePtr input;
  if (!options.has("inData")) {
    input = std::make_shared<RowNumberSource>(options.whole("numRows", -1), options.whole("rowsPerRead", -1));
    pipeline.row_limit = -1;
  } else {
    input = plain_source(call, "inData", descriptor);
    step.row_names = descriptor->value("rowNames", std::string());
  }
  auto assigned = assigned_names(pipeline);
  const auto given = pipeline.function_variables;
  const bool has_function = static_cast<bool>(pipeline.function);
  step.source = pipeline.empty() ? input : transformed(input, std::move(pipeline));
  if (has_function)  // what a function was given it may have changed
    for (const auto& name : given)
      if (step.source->schema()->find(name)) assigned.push_back(name);
  auto keep = options.texts("varsToKeep");
  if (!keep.empty() && !step.row_names.empty() && !contains(keep, step.row_names)) keep.push_back(step.row_names);
  if (has_function && !keep.empty())  // variables only read by the function are not written unless kept
    std::erase_if(assigned, [&](const std::string& name) { return contains(given, name) && input->schema()->find(name); });
  step.columns = columns_to_write(*input->schema(), *step.source->schema(), keep, options.texts("varsToDrop"), assigned);
  if (const auto rows = options.whole("rowsPerRead", -1); rows > 0 && options.has("inData") && step.source->row_count()) {
    for (auto left = *step.source->row_count(); left > 0; left -= rows) step.blocks.push_back(std::min(left, rows));
  } else {
    step.blocks = step.source->read_chunks();
  }
  return step;
}

json write_step(Call& call, Step step, const Target& target) {
  const auto row_var = call.options.text("rowVarName");
  auto columns = step.columns;
  SchemaPtr written;
  if (!step.row_names.empty()) {
    if (row_var.empty()) std::erase(columns, step.row_names);
    else if (row_var != step.row_names && contains(columns, row_var))
      throw InvalidArgument("rowVarName is already a variable of the data: " + row_var);
  }
  auto schema = select_columns(*step.source->schema(), columns);
  if (!step.row_names.empty() && !row_var.empty()) written = with_name(*schema, step.row_names, row_var);
  auto sink_target = target;
  if (const auto rows = call.options.whole("rowsPerRead", -1); rows > 0) sink_target.options.rows_per_block = rows;
  const auto sink = sink_target.open(written ? written : schema);
  BlockWriter writer(*sink, step.blocks);
  call.context.read(
      *step.source, {.columns = columns},
      [&](const Chunk& chunk) { writer.write(written ? renamed(chunk, written) : chunk); }, call.control);
  call.control.cancel.throw_if_raised();
  writer.flush();
  sink->finish();
  return {{"outFile", target.descriptor}, {"numRows", writer.rows()}, {"numVars", columns.size()}};
}

json collect_step(Call& call, Step step) {
  const auto& options = call.options;
  auto schema = select_columns(*step.source->schema(), step.columns);
  const auto limit = options.number("maxRowsByCols", -1);
  const auto columns = static_cast<double>(std::max<std::size_t>(1, schema->size()));
  const auto most = limit >= 0 ? static_cast<std::size_t>(std::min(limit / columns, 9e15)) : SIZE_MAX;
  FrameCollector collector(schema);
  bool truncated = false;
  try {
    call.context.read(
        *step.source, {.columns = step.columns},
        [&](const Chunk& chunk) {
          if (collector.rows() + chunk.rows <= most) return collector.add(chunk);
          collector.add(slice(chunk, 0, most - collector.rows()));
          throw EnoughRows();
        },
        call.control);
  } catch (const EnoughRows&) {
    truncated = true;
    call.control.warn("maxRowsByCols: only the first " + std::to_string(most) + " rows are returned; ask for fewer variables, give "
                      "outFile, or raise maxRowsByCols");
  }
  const auto rows = collector.rows();
  auto [found, chunks] = collector.take();
  json reply = {{"numRows", rows}, {"numVars", found->size()}, {"truncated", truncated}};
  auto row_names = options.text("rowVarName");
  if (!row_names.empty() && !found->find(row_names) && step.row_names.empty())
    throw InvalidArgument("rowVarName is not a variable of the data: " + row_names);
  if (row_names.empty() || !found->find(row_names)) row_names = step.row_names;
  if (!row_names.empty() && found->find(row_names)) reply["rowNames"] = row_names;
  reply["frame"] = add_frame(call.reply, found, std::move(chunks));
  return reply;
}

/// What a path names when only its ending tells: an .xdf, else text.
json import_descriptor(const Options& options) {
  const auto& value = options.value("inData");
  const auto type = options.choice("type", "auto", {"auto", "textFast", "text", "fixedFast", "fixed"});
  if (!value.is_string()) return descriptor_of(value, "inData");
  const auto path = value.get<std::string>();
  const auto ends = [&](std::string_view ending) { return path.size() >= ending.size() && path.ends_with(ending); };
  if (type == "auto" && (ends(".xdf") || ends(".XDF"))) return descriptor_of(value, "inData");
  json descriptor = {{"type", "RxTextData"}, {"file", path}};
  if (type == "fixed" || type == "fixedFast") descriptor["isFixedFormat"] = true;
  return descriptor;
}

/// A step whose output is its own input: every variable stays, changed and new ones are written.
void keep_everything(Call& call, Step& step, const SchemaPtr& input) {
  for (const auto* key : {"varsToKeep", "varsToDrop"})
    if (call.options.has(key))
      throw InvalidArgument(std::string(key) + " cannot be used when outFile is inData: give another outFile");
  const auto& options = call.options;
  for (const auto* key : {"startRow", "numRows", "rowsPerRead"})
    if (options.whole(key, -1) > (key == std::string_view("startRow") ? 1 : -1) && options.whole(key, -1) != 0)
      throw InvalidArgument(std::string(key) + " cannot be used when outFile is inData: give another outFile");
  for (const auto& name : input->names())
    if (step.source->schema()->find(name) && !contains(step.columns, name)) step.columns.push_back(name);
}

json run_step(Call& call) {
  const auto begin = std::chrono::steady_clock::now();
  const auto& options = call.options;
  json descriptor = json::object();
  std::optional<Target> target;
  const bool discard = options.flag("returnTransformObjects", false);
  if (options.has("outFile") && !discard) target = target_of(call, "outFile");
  auto step = make_step(call, &descriptor);
  json reply;
  if (discard) {
    std::int64_t rows = 0;
    call.context.read(
        *step.source, {.columns = step.columns}, [&](const Chunk& chunk) { rows += static_cast<std::int64_t>(chunk.rows); },
        call.control);
    reply = {{"numRows", rows}};
  } else if (target) {
    if (same_file(file_of(descriptor), target->path())) {
      if (target->options.append == Append::kRows)
        throw InvalidArgument("append = 'rows' cannot append a file to itself: " + target->path());
      keep_everything(call, step, plain_source(call, "inData")->schema());
      target->options.append = Append::kNone;
      target->options.overwrite = true;
    }
    reply = write_step(call, std::move(step), *target);
  } else {
    reply = collect_step(call, std::move(step));
  }
  reply["seconds"] = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return reply;
}

}  // namespace

std::vector<std::string> columns_to_write(const Schema& input, const Schema& piped, const std::vector<std::string>& keep,
                                          const std::vector<std::string>& drop, const std::vector<std::string>& assigned) {
  // A name that the pipeline makes may be kept or dropped too.
  const auto check = [&](const std::vector<std::string>& names) {
    for (const auto& name : names)
      if (!piped.find(name)) input.index(name);
  };
  check(keep), check(drop);
  std::vector<std::string> columns;
  for (const auto& name : piped.names()) {
    const bool made = contains(assigned, name) || !input.find(name);
    const bool kept = keep.empty() ? !contains(drop, name) : contains(keep, name);
    if (made || kept) columns.push_back(name);
  }
  return columns;
}

json import_request(Call& call) {
  // What the call says overrides what the source says.
  const auto& options = call.options;
  if (!options.has("inData")) throw InvalidArgument("inData is missing: give a data source, a path or a data frame");
  json document = call.document;
  auto descriptor = import_descriptor(options);
  const bool text = descriptor.value("type", std::string()) == "RxTextData";
  for (const auto* key : {"stringsAsFactors", "colClasses", "colInfo"}) {
    if (!options.has(key)) continue;
    const auto& value = options.value(key);
    if (value.is_structured() && value.empty()) continue;
    if (!text && key != std::string("stringsAsFactors"))
      throw Unsupported(std::string(key) + " applies to text files; for other data use transforms, for example factor(x)");
    if (text) descriptor[key] = value;
  }
  document["inData"] = std::move(descriptor);
  Call inner{document, Options(document), call.request, call.control, call.context, call.sources, call.reply};
  return run_step(inner);
}

json data_step_request(Call& call) { return run_step(call); }

}  // namespace insitu
