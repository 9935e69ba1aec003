#include "capi/data_step_request.hpp"

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "algorithms/with_levels.hpp"
#include "base/error.hpp"
#include "base/named.hpp"
#include "capi/file_kind.hpp"
#include "capi/formats.hpp"
#include "capi/make_sink.hpp"
#include "capi/move_rows.hpp"
#include "capi/piped_run.hpp"
#include "capi/pipeline_request.hpp"
#include "capi/row_numbers.hpp"
#include "filesystems/routed.hpp"

namespace insitu {

using nlohmann::json;

namespace {

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::ranges::find(names, name) != names.end();
}

/// Variables by the names that colInfo of the source gives them; the file's own names mean them
/// too where no other variable has such a name now.
std::vector<std::string> with_new_names(std::vector<std::string> names, const json& descriptor,
                                        const Schema& schema) {
  const auto info = descriptor.find("colInfo");
  if (info == descriptor.end() || !info->is_structured()) return names;
  std::unordered_map<std::string, std::string> renamed;
  for (const auto& [key, entry] : info->items())
    if (entry.is_object() && entry.contains("newName") && entry["newName"].is_string())
      renamed.emplace(info->is_object() ? key : entry.value("name", std::string()),
                      entry["newName"].get<std::string>());
  for (auto& name : names)
    if (const auto found = renamed.find(name); found != renamed.end() && !schema.find(name))
      name = found->second;
  return names;
}

/// A step read from its request: what moves, and what is known of the input.
struct Step {
  SourcePtr source;  ///< the input, before the pipeline
  Pipeline pipeline;
  RowsToMove rows;
  SchemaPtr input;
  json descriptor = json::object();   ///< of the input; empty without one
  std::vector<std::string> assigned;  ///< variables that the pipeline makes or may change
  bool selects_rows = false;
};

Step make_step(Call& call) {
  const auto& options = call.options;
  Step step;
  auto& input = step.source;
  if (!options.has("inData")) {
    input = std::make_shared<RowNumberSource>(options.whole("numRows", -1),
                                              options.whole("rowsPerRead", -1));
  } else {
    input = plain_source(call, "inData", &step.descriptor);
    step.rows.row_names = step.descriptor.value("rowNames", std::string());
  }
  step.input = input->schema();
  auto& pipeline = step.pipeline;
  pipeline = pipeline_of(call, step.descriptor, *input);
  if (!options.has("inData")) pipeline.row_limit = -1;
  step.rows.row_variable = options.text("rowVarName");
  // Only written variables count, so rows are left out when they are written.
  step.rows.complete_rows = std::exchange(pipeline.remove_missings, false);
  step.selects_rows = step.rows.complete_rows || !pipeline.row_selection.empty() ||
                      pipeline.remove_missings_on_read || pipeline.function ||
                      pipeline.start_row > 0 || pipeline.row_limit >= 0;
  for (const auto& [name, expression] : pipeline.transforms) step.assigned.push_back(name);
  if (contains(step.assigned, ".rxRowSelection")) step.selects_rows = true;
  step.rows.keeps_all_rows = !step.selects_rows;
  return step;
}

/// Says what of the piped rows is written.
void choose_rows(const Call& call, Step& step, const SourcePtr& piped_source) {
  const auto& options = call.options;
  step.rows.source = piped_source;
  const auto& piped = *piped_source->schema();
  auto keep = with_new_names(options.texts("varsToKeep"), step.descriptor, piped);
  if (!keep.empty() && !step.rows.row_names.empty() && !contains(keep, step.rows.row_names))
    keep.push_back(step.rows.row_names);
  step.rows.columns = columns_to_write(
      *step.input, piped, keep, with_new_names(options.texts("varsToDrop"), step.descriptor, piped),
      step.assigned);
  const auto given =
      step.pipeline.function ? step.pipeline.function_variables : std::vector<std::string>();
  for (const auto& name : piped.names())  // what a function was given it may have changed
    if (!contains(step.assigned, name) && (contains(given, name) || !step.input->find(name)))
      step.assigned.push_back(name);

  step.rows.rows_per_block = options.whole("rowsPerRead", -1);
  if (step.rows.rows_per_block <= 0) {
    step.rows.blocks = step.rows.source->read_chunks();
    if (step.rows.blocks.empty())
      step.rows.rows_per_block = Options(step.descriptor).whole("rowsPerRead", -1);
  }
}

/// A step whose output is its own input: every variable stays. Where rows stay too, only the
/// changed ones are written.
void write_into_input(Call& call, Step& step, Target& target) {
  const auto& options = call.options;
  if (target.options.append == Append::kRows)
    throw InvalidArgument("`append = 'rows'` cannot append a file to itself: "_named +
                          target.path());
  for (const auto* key : {"varsToKeep", "varsToDrop"})
    if (options.has(key))
      throw InvalidArgument(
          named(key) + " cannot be used when `outFile` is `inData`: give another `outFile`"_named);
  if (options.whole("startRow", 1) > 1 || options.whole("numRows", -1) >= 0 ||
      options.whole("rowsPerRead", -1) > 0)
    throw InvalidArgument(
        "`startRow`, `numRows` and `rowsPerRead` cannot be used when `outFile` is `inData`: give another "_named
        "`outFile`");
  const auto& piped = *step.rows.source->schema();
  const bool loses_columns = !std::ranges::all_of(
      step.input->names(), [&](const std::string& name) { return piped.find(name).has_value(); });
  std::erase_if(step.assigned, [&](const std::string& name) { return !piped.find(name); });
  if (takes_columns(step.descriptor) && !step.selects_rows && !loses_columns &&
      !step.assigned.empty()) {
    const bool replaces = std::ranges::any_of(
        step.assigned, [&](const std::string& name) { return step.input->find(name).has_value(); });
    if (replaces && !target.options.overwrite && target.options.append == Append::kColumns)
      for (const auto& name : step.assigned)
        if (step.input->find(name))
          throw InvalidArgument("the variable exists: " + name +
                                "; allow to replace it with `overwrite`"_named);
    step.rows.columns = step.assigned;
    step.rows.row_names.clear();
    target.options.append = Append::kColumns;
  } else {
    if (target.options.append == Append::kColumns)
      throw InvalidArgument(
          "`append = 'cols'` needs the rows of the file as they are: select rows into another "_named
          "`outFile`");
    step.rows.columns = piped.names();
    target.options.append = Append::kNone;
  }
  target.options.overwrite = true;
  target.options.replaces = version_read(call, file_of(step.descriptor));
}

json run_step(Call& call) {
  const auto begin = std::chrono::steady_clock::now();
  const auto& options = call.options;
  const bool discard = options.flag("returnTransformObjects", false);
  std::optional<Target> target;
  const auto lock = discard ? nullptr : lock_changed_file(call, "outFile", "inData");
  if (options.has("outFile") && !discard) target = target_of(call, "outFile");
  const auto prepared = make_step(call);
  const auto run = [&](const SourcePtr& source) -> json {
    auto step = prepared;
    choose_rows(call, step, source);
    if (discard) {
      std::int64_t rows = 0;
      call.context.read(
          *step.rows.source, {.columns = step.rows.columns},
          [&](const Chunk& chunk) { rows += static_cast<std::int64_t>(chunk.rows); }, call.control);
      return {{"numRows", rows}};
    }
    if (!target) {
      // Rows that are in memory already need no limit to be there.
      const bool of_caller = step.descriptor.value("type", std::string()) == "frame";
      auto found =
          collect_rows(call, step.rows, of_caller ? -1 : options.number("maxRowsByCols", -1));
      if (options.whole("startRow", 1) > 1 && source->row_count() == 0) found["end"] = true;
      return found;
    }
    auto to = *target;
    if (same_file(file_of(step.descriptor), to.path())) write_into_input(call, step, to);
    return write_rows(call, step.rows, to);
  };
  auto reply = run_piped(
      call,
      {.input = prepared.source, .pipeline = prepared.pipeline, .factors = FunctionFactors::kGrow},
      run);
  reply["seconds"] =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return reply;
}

/// What a path names: what `type` says, else what its ending and its bytes tell, else text.
json import_descriptor(const Call& call, const char* key) {
  const auto& options = call.options;
  const auto& value = options.value(key);
  const auto type =
      options.choice("type", "auto", {"auto", "textFast", "text", "fixedFast", "fixed"});
  if (!value.is_string()) return descriptor_of(value, key);
  const auto path = value.get<std::string>();
  if (type == "auto") {
    auto found = descriptor_of_input(path, "inData", "RxTextData");
    // What lies in another file system is told by who reads there.
    if (is_remote_path(path) && kind_by_ending(path).empty())
      for (const auto& format : formats())
        if (!format.marker.empty() &&
            call.sources.files()->is_directory(path + "/" + std::string(format.marker)))
          found["type"] = format.type;
    return found;
  }
  json descriptor = {{"type", "RxTextData"}, {"file", path}};
  if (type == "fixed" || type == "fixedFast") descriptor["isFixedFormat"] = true;
  return descriptor;
}

}  // namespace

std::vector<std::string> columns_to_write(const Schema& input, const Schema& piped,
                                          const std::vector<std::string>& keep,
                                          const std::vector<std::string>& drop,
                                          const std::vector<std::string>& assigned) {
  for (const auto* names : {&keep, &drop})
    for (const auto& name : *names)
      if (!piped.find(name))
        input.index(name);  // what the pipeline makes may be kept or dropped too
  // Sets: there may be a hundred thousand of each.
  using Names = std::unordered_set<std::string_view>;
  const Names kept(keep.begin(), keep.end()), dropped(drop.begin(), drop.end()),
      changed(assigned.begin(), assigned.end());
  std::vector<std::string> columns;
  for (const auto& field : piped.fields()) {
    const auto& name = field.name;
    const bool made = changed.contains(name) || !input.find(name);
    const bool wanted = keep.empty() ? !dropped.contains(name) : kept.contains(name);
    if (made ? !dropped.contains(name) || input.find(name) : wanted) columns.push_back(name);
  }
  return columns;
}

json import_request(Call& call) {
  const auto& options = call.options;
  if (!options.has("inData"))
    throw InvalidArgument("`inData` is missing: give a data source, a path or a data frame"_named);
  auto descriptor = import_descriptor(call, "inData");
  // What the call says overrides what the source says.
  const bool text = descriptor.value("type", std::string()) == "RxTextData";
  for (const auto* key : {"colClasses", "colInfo"}) {
    const auto& value = options.value(key);
    if (value.is_null() || (value.is_structured() && value.empty())) continue;
    if (text)
      descriptor[key] = value;
    else if (value.is_structured())
      throw Unsupported(
          named(key) +
          " applies to text files; for other data use `transforms`, for example x = factor(x)"_named);
  }
  json document = call.document;
  document["inData"] = std::move(descriptor);
  Call inner{document,     Options(document), call.request, call.control,
             call.context, call.sources,      call.reply};
  return run_step(inner);
}

json data_step_request(Call& call) { return run_step(call); }

json source_of_path_request(Call& call) { return {{"source", import_descriptor(call, "path")}}; }

}  // namespace insitu
