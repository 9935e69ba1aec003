#include "capi/move_rows.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <nlohmann/json.hpp>
#include <numeric>

#include "base/error.hpp"
#include "base/named.hpp"
#include "capi/block_writer.hpp"
#include "capi/formats.hpp"
#include "capi/frame_collector.hpp"
#include "capi/part_writing.hpp"
#include "data/frame_source.hpp"
#include "formula/rows/row_selection.hpp"
#include "formula/rows/transforms.hpp"
#include "odbc/options.hpp"

namespace insitu {

using nlohmann::json;

namespace {

/// Thrown by a consumer that has enough rows; never leaves this file.
struct EnoughRows {};

SchemaPtr with_name(const Schema& schema, const std::string& from, const std::string& to) {
  auto fields = schema.fields();
  for (auto& field : fields)
    if (field.name == from) field.name = to;
  return std::make_shared<const Schema>(std::move(fields));
}

/// The rows without a missing value in `columns`, as a source that can be sent elsewhere.
SourcePtr complete_source(const SourcePtr& source, const std::vector<std::string>& columns) {
  Pipeline pipeline;
  for (const auto& name : source->schema()->names())
    if (std::ranges::find(columns, name) == columns.end())
      pipeline.transforms.emplace_back(name, "NULL");
  pipeline.remove_missings = true;
  return transformed(source, std::move(pipeline));
}

/// A file that goes with this object.
struct TemporaryFile {
  std::string path;
  explicit TemporaryFile(std::string name) : path(std::move(name)) {}
  ~TemporaryFile() { std::remove(path.c_str()); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
};

/// A platform makes its tables of what it can read: rows of the caller become a Parquet file on the
/// way.
std::optional<std::int64_t> write_by_platform(Call& call, const SourcePtr& source,
                                              const std::vector<std::string>& columns,
                                              const Target& target) {
  auto* tables = call.context.tables();
  auto place = engine_target(target.descriptor);
  if (is_database(target.descriptor)) place = target.descriptor;
  if (!tables || place.is_null()) return std::nullopt;
  const Recipe recipe{std::string(target.format().type), place.dump()};
  const bool of_caller = dynamic_cast<const FrameSource*>(source->row_holder()) != nullptr;
  if (!of_caller || !target.format().is_table || call.context.capabilities().holds_caller_rows)
    return tables->write_table(*source, {.columns = columns}, recipe, target.options, call.control);
  char name[] = "/tmp/insitu-rows-XXXXXX";
  const int made = ::mkstemp(name);
  if (made < 0) throw DataError(std::string("cannot make a file in /tmp: ") + std::strerror(errno));
  ::close(made);
  const TemporaryFile file(name);
  const json parquet = {{"type", "RxParquetData"}, {"file", file.path}};
  const auto schema = select_columns(*source->schema(), columns);
  const auto sink = call.sources.format("RxParquetData").sink(parquet, schema, {.overwrite = true});
  RunControl quiet;  // the rows are told once, when the table is written
  quiet.callbacks.interrupted = call.control.callbacks.interrupted;
  call.context.read(
      *source, {.columns = columns}, [&](const Chunk& chunk) { sink->write(chunk); }, quiet);
  sink->finish();
  return tables->write_table(*call.sources.make(parquet), {.columns = columns}, recipe,
                             target.options, call.control);
}

}  // namespace

Chunk complete_rows(const Chunk& chunk) {
  std::vector<std::size_t> columns(chunk.columns.size());
  std::iota(columns.begin(), columns.end(), std::size_t{0});
  const auto rows = complete_rows(chunk, columns);
  return rows ? take(chunk, *rows) : chunk;
}

json write_rows(Call& call, const RowsToMove& rows, const Target& target) {
  auto columns = rows.columns;
  SchemaPtr renamed;
  if (!rows.row_names.empty()) {
    if (rows.row_variable.empty())
      std::erase(columns, rows.row_names);
    else if (rows.row_variable != rows.row_names &&
             std::ranges::find(columns, rows.row_variable) != columns.end())
      throw InvalidArgument("`rowVarName` is already a variable of the data: "_named +
                            rows.row_variable);
  }
  if (columns.empty()) throw InvalidArgument("no variables are left to write: keep at least one");
  const auto schema = select_columns(*rows.source->schema(), columns);
  if (!rows.row_names.empty() && !rows.row_variable.empty())
    renamed = with_name(*schema, rows.row_names, rows.row_variable);
  if (!renamed) {
    const auto source = rows.complete_rows ? complete_source(rows.source, columns) : rows.source;
    if (const auto written = write_by_platform(call, source, columns, target))
      return {{"outFile", target.descriptor}, {"numRows", *written}, {"numVars", columns.size()}};
  }
  if (const auto written =
          write_by_tasks(call, rows, target, columns, renamed ? renamed : schema,
                         rows.complete_rows ? complete_source(rows.source, columns) : rows.source))
    return {{"outFile", target.descriptor}, {"numRows", *written}, {"numVars", columns.size()}};
  auto sized = target;
  if (rows.rows_per_block > 0) sized.options.rows_per_block = rows.rows_per_block;
  const auto sink = sized.open(renamed ? renamed : schema);
  const bool sizes_known = rows.keeps_all_rows && !rows.complete_rows;
  if (sizes_known) sink->set_block_rows(rows.blocks);
  BlockWriter writer(*sink, sizes_known ? std::vector<std::int64_t>() : rows.blocks,
                     sizes_known ? -1 : rows.rows_per_block);
  call.context.read(
      *rows.source, {.columns = columns},
      [&](const Chunk& chunk) {
        auto written = rows.complete_rows ? complete_rows(chunk) : chunk;
        if (renamed) written.schema = renamed;
        writer.write(written);
      },
      call.control);
  call.control.cancel.throw_if_raised();
  writer.flush();
  call.control.check_versions();
  sink->finish();
  return {{"outFile", target.descriptor}, {"numRows", writer.rows()}, {"numVars", columns.size()}};
}

json collect_rows(Call& call, const RowsToMove& rows, double most_cells) {
  const auto schema = select_columns(*rows.source->schema(), rows.columns);
  const auto width = static_cast<double>(std::max<std::size_t>(1, schema->size()));
  const auto most =
      most_cells >= 0 ? static_cast<std::size_t>(std::min(most_cells / width, 9e15)) : SIZE_MAX;
  FrameCollector collector(schema);
  bool truncated = false;
  try {
    call.context.read(
        *rows.source, {.columns = rows.columns},
        [&](const Chunk& chunk) {
          const auto kept = rows.complete_rows ? complete_rows(chunk) : chunk;
          if (collector.rows() + kept.rows <= most) return collector.add(kept);
          collector.add(slice(kept, 0, most - collector.rows()));
          throw EnoughRows();
        },
        call.control);
  } catch (const EnoughRows&) {
    truncated = true;
    call.control.warn(
        "`maxRowsByCols`: only the first "_named + std::to_string(most) +
        " rows are returned; keep fewer variables, give `outFile`, or raise `maxRowsByCols`"_named);
  }
  call.control.check_versions();
  const auto count = collector.rows();
  auto [found, chunks] = collector.take();
  json reply = {{"numRows", count}, {"numVars", found->size()}, {"truncated", truncated}};
  auto row_names = rows.row_variable;
  if (!row_names.empty() && !found->find(row_names) && rows.row_names.empty())
    throw InvalidArgument("`rowVarName` is not a variable of the data: "_named + row_names);
  if (row_names.empty() || !found->find(row_names)) row_names = rows.row_names;
  if (!row_names.empty() && found->find(row_names)) reply["rowNames"] = row_names;
  reply["frame"] = add_frame(call.reply, found, std::move(chunks));
  return reply;
}

}  // namespace insitu
