#include "capi/info_request.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/named.hpp"
#include "capi/describe_source.hpp"
#include "capi/frame_collector.hpp"
#include "capi/pipeline_request.hpp"
#include "odbc/source.hpp"
#include "report/data_table.hpp"
#include "report/info_report.hpp"
#include "sources/xdf/info.hpp"

namespace insitu {

using nlohmann::json;

namespace {

bool wanted(const Options& options, const std::string& name) {
  const auto keep = options.texts("varsToKeep"), drop = options.texts("varsToDrop");
  return keep.empty() ? std::ranges::find(drop, name) == drop.end()
                      : std::ranges::find(keep, name) != keep.end();
}

/// Which variables are asked for, in the order of the data. Throws InvalidArgument for a name the
/// data do not have.
std::vector<std::string> wanted_names(const Options& options, const Schema& schema) {
  for (const auto* key : {"varsToKeep", "varsToDrop"})
    for (const auto& name : options.texts(key)) schema.index(name);
  std::vector<std::string> names;
  for (const auto& name : schema.names())
    if (wanted(options, name)) names.push_back(name);
  return names;
}

json var_info_of(Call& call, const DataSource& source, const Schema& schema) {
  const bool labels = call.options.flag("getValueLabels", true);
  const auto names = wanted_names(call.options, schema);
  const auto ranges = whole_ranges(source, schema, names, call.context, call.control);
  json info = json::array();
  for (const auto& name : names) info.push_back(variable_info(schema.field(name), labels, ranges));
  return info;
}

/// The rows [start, start + count), count < 0: all.
std::pair<SchemaPtr, std::vector<Chunk>> rows_of(Call& call, SourcePtr source,
                                                 const std::vector<std::string>& columns,
                                                 std::int64_t start, std::int64_t count) {
  Pipeline pipeline;
  pipeline.start_row = start;
  pipeline.row_limit = count;
  const auto part = pipeline.empty() ? source : transformed(source, std::move(pipeline));
  FrameCollector collector(select_columns(*part->schema(), columns));
  call.context.read(
      *part, {.columns = columns}, [&](const Chunk& chunk) { collector.add(chunk); }, call.control);
  return collector.take();
}

bool is_frame(const json& descriptor) { return descriptor.value("type", std::string()) == "frame"; }

/// The schema without the column that holds row names: those are no variable.
SchemaPtr without_row_names(SchemaPtr schema, const json& descriptor) {
  const auto row_names = descriptor.value("rowNames", std::string());
  if (row_names.empty() || !schema->find(row_names)) return schema;
  auto names = schema->names();
  std::erase(names, row_names);
  return select_columns(*schema, names);
}

/// The schema to be described: of a data frame with its ranges, of other data with what a pass
/// tells if that is asked for.
SchemaPtr described_schema(Call& call, const DataSource& source, const json& descriptor,
                           std::optional<std::int64_t>& rows) {
  rows = source.row_count();
  const bool stored = descriptor.value("type", std::string()) == "RxXdfData";
  if (!is_frame(descriptor) && (stored || !call.options.flag("computeInfo", false)))
    return source.schema();
  std::int64_t counted = 0;
  const auto schema = computed_schema(source, call.context, call.control, counted);
  rows = counted;
  return schema;
}

}  // namespace

json info_request(Call& call) {
  const auto& options = call.options;
  json descriptor;
  const auto source = plain_source(call, "data", &descriptor);
  const auto style = options.choice("style", "R", {"R", "python"});
  json reply = {{"class", "rxGetInfo"}, {"dataClass", class_of(descriptor)}};
  if (is_frame(descriptor))
    reply["objName"] =
        options.text("dataLabel", descriptor.value("name", std::string("data frame")));
  else if (descriptor.contains("file"))
    reply["fileName"] = file_of(descriptor);
  for (const auto* key : {"table", "query", "view"})
    if (const auto found = descriptor.find(key); found != descriptor.end() && found->is_string())
      reply[key] = *found;

  std::optional<std::int64_t> rows;
  SchemaPtr schema = source->schema();
  if (options.flag("getVarInfo", false) || options.flag("computeInfo", false))
    schema = described_schema(call, *source, descriptor, rows);
  else
    rows = source->row_count();
  schema = without_row_names(schema, descriptor);
  if (rows) reply["numRows"] = *rows;
  reply["numVars"] = schema->size();

  if (descriptor.value("type", std::string()) == "RxXdfData") {
    const auto info = xdf_info(file_of(descriptor), *call.sources.files());
    if (!info.description.empty()) reply["description"] = info.description;
    reply["numBlocks"] = info.rows_per_block.size();
    if (!info.composite_files.empty()) reply["numCompositeFiles"] = info.composite_files.size();
    reply["compressionType"] = info.compression;
    if (options.flag("getBlockSizes", false)) reply["rowsPerBlock"] = info.rows_per_block;
    for (const auto& warning : info.warnings) call.control.warn(warning + ": " + info.path);
  }
  if (options.flag("getVarInfo", false)) reply["varInfo"] = var_info_of(call, *source, *schema);

  json table;
  if (const auto count = options.whole("numRows", 0); count != 0) {
    const auto start = options.whole("startRow", 1);
    if (start < 1)
      throw InvalidArgument("`startRow` must be 1 or more, not "_named + std::to_string(start));
    const auto row_names = descriptor.value("rowNames", std::string());
    auto columns = wanted_names(options, *schema);
    if (!row_names.empty()) columns.push_back(row_names);
    auto [found, chunks] = rows_of(call, source, columns, start - 1, count);
    table = table_of_rows(*found, chunks, start, row_names);
    if (!row_names.empty()) reply["rowNames"] = row_names;
    reply["data"] = add_frame(call.reply, found, std::move(chunks));
    reply["startRow"] = start;
  }
  reply["printed"] = info_report(reply, table, style, static_cast<int>(options.whole("digits", 7)),
                                 static_cast<int>(options.whole("width", 80)));
  return reply;
}

json var_info_request(Call& call) {
  json descriptor;
  const auto source = plain_source(call, "data", &descriptor);
  const auto style = call.options.choice("style", "R", {"R", "python"});
  std::optional<std::int64_t> rows;
  const auto info = var_info_of(
      call, *source,
      *without_row_names(described_schema(call, *source, descriptor, rows), descriptor));
  return {{"class", "rxGetVarInfo"}, {"varInfo", info}, {"printed", var_info_report(info, style)}};
}

json head_request(Call& call) {
  json descriptor;
  const auto source = plain_source(call, "data", &descriptor);
  const auto count = call.options.whole("n", 6);
  if (count < 0) throw InvalidArgument("n must be 0 or more, not " + std::to_string(count));
  const bool tail = call.options.choice("from", "head", {"head", "tail"}) == "tail";
  std::int64_t start = 0;
  if (tail) {
    if (dynamic_cast<const OdbcSource*>(source->row_holder()) && !source->ordered())
      throw Unsupported(
          "rows of a database without a key have no order, so none are the last: name columns that "
          "are different in each row with `key`"_named);
    auto rows = source->row_count();
    if (!rows) {
      std::int64_t counted = 0;
      call.context.read(
          *source, {.columns = std::vector<std::string>{}},
          [&](const Chunk& chunk) { counted += static_cast<std::int64_t>(chunk.rows); },
          call.control);
      rows = counted;
    }
    start = std::max<std::int64_t>(0, *rows - count);
  }
  auto [schema, chunks] = rows_of(call, source, source->schema()->names(), start, count);
  json reply = {{"firstRow", start + 1}};
  const auto row_names = descriptor.value("rowNames", std::string());
  if (!row_names.empty()) reply["rowNames"] = row_names;
  reply["printed"] = data_table(table_of_rows(*schema, chunks, start + 1, row_names), true, true,
                                static_cast<int>(call.options.whole("digits", 7)),
                                static_cast<int>(call.options.whole("width", 80)));
  reply["frame"] = add_frame(call.reply, schema, std::move(chunks));
  return reply;
}

}  // namespace insitu
