#include "capi/rows_request.hpp"

#include <algorithm>
#include <mutex>
#include <nlohmann/json.hpp>

#include "algorithms/with_levels.hpp"
#include "base/error.hpp"
#include "capi/frame_collector.hpp"
#include "capi/make_sink.hpp"
#include "capi/pipeline_request.hpp"
#include "capi/session.hpp"

namespace insitu {

using nlohmann::json;

namespace {

/// A source being read, piece by piece: blocksPerRead blocks of an .xdf, else rowsPerRead rows of a
/// file, as functions see them.
struct OpenSource {
  SourcePtr source;
  std::vector<Split> splits;
  std::vector<std::int64_t> pieces;
  std::int64_t rows_per_read = kRowsPerRead;
  std::string file;  ///< that the rows at hand come from
  std::size_t next_split = 0, next_piece = 0;
  std::unique_ptr<ChunkReader> reader;
  std::optional<Chunk> rest;  ///< read but not yet handed out

  std::optional<Chunk> next_chunk() {
    if (rest) return std::exchange(rest, std::nullopt);
    for (;;) {
      if (!reader) {
        if (next_split == splits.size()) return std::nullopt;
        const auto& split = splits[next_split++];
        file = source->file_of(split);
        reader = source->open(split, {});
      }
      if (auto chunk = reader->next()) return chunk;
      reader.reset();
    }
  }
};

/// A target being written; the file appears when it is closed.
struct OpenTarget {
  Target target;
  std::unique_ptr<DataSink> sink;
  std::vector<std::int64_t> blocks;
  std::unique_ptr<FileLock> lock;  ///< of a file that is appended to
};

}  // namespace

struct Handle {
  std::mutex in_use;
  std::unique_ptr<OpenSource> source;
  std::unique_ptr<OpenTarget> target;
};

json open_request(Call& call) {
  auto handle = std::make_shared<Handle>();
  if (call.options.choice("mode", "r", {"r", "w"}) == "r") {
    handle->source = std::make_unique<OpenSource>();
    auto& open = *handle->source;
    json descriptor;
    const auto source = plain_source(call, "data", &descriptor);
    // The pieces are frames of their own: codes mean the same in all of them.
    std::vector<std::string> factors;
    for (const auto& field : source->schema()->fields())
      if (is_factor(field.type) && !field.levels) factors.push_back(field.name);
    open.source = with_levels(source, factors, call.context, call.control);
    open.splits = open.source->splits();
    if (const auto rows = rows_per_read(call.options, descriptor); rows > 0)
      open.rows_per_read = rows;
    else
      open.pieces = open.source->read_chunks();
  } else {
    // Opening for writing replaces the target, as for files everywhere; it stays as it is until the
    // handle is closed.
    json document = call.document;
    if (!call.options.has("overwrite")) document["overwrite"] = true;
    const Call inner{document,     Options(document), call.request, call.control,
                     call.context, call.sources,      call.reply};
    auto lock = lock_changed_file(inner, "data", "");
    handle->target = std::make_unique<OpenTarget>(
        OpenTarget{target_of(inner, "data"), nullptr, {}, std::move(lock)});
  }
  return {{"handle", Session::instance().handles.add(std::move(handle))}};
}

json read_next_request(Call& call) {
  const auto handle = Session::instance().handles.find(call.options.whole("handle", 0));
  const std::lock_guard lock(handle->in_use);
  if (!handle->source)
    throw InvalidArgument("the data source is open for writing, not for reading");
  auto& open = *handle->source;
  FrameCollector collector(open.source->schema());
  const auto wanted =
      open.next_piece < open.pieces.size() ? open.pieces[open.next_piece] : open.rows_per_read;
  ++open.next_piece;
  std::int64_t left = wanted;
  std::string file;
  while (left > 0) {
    call.control.poll();
    call.control.cancel.throw_if_raised();
    auto chunk = open.next_chunk();
    if (!chunk) break;
    if (left == wanted) {
      file = open.file;
    } else if (open.pieces.empty() && open.file != file) {
      open.rest = std::move(chunk);  // the next file's first rows
      break;
    }
    const auto rows = static_cast<std::int64_t>(chunk->rows);
    if (rows > left) {
      open.rest =
          slice(*chunk, static_cast<std::size_t>(left), static_cast<std::size_t>(rows - left));
      chunk = slice(*chunk, 0, static_cast<std::size_t>(left));
    }
    left -= static_cast<std::int64_t>(chunk->rows);
    collector.add(*chunk);
  }
  const auto rows = collector.rows();
  auto [schema, chunks] = collector.take();
  json reply = {{"numRows", rows}, {"end", rows == 0}};
  reply["frame"] = add_frame(call.reply, schema, std::move(chunks));
  return reply;
}

json write_next_request(Call& call) {
  const auto handle = Session::instance().handles.find(call.options.whole("handle", 0));
  const std::lock_guard lock(handle->in_use);
  if (!handle->target)
    throw InvalidArgument("the data source is open for reading, not for writing");
  const auto source = plain_source(call, "from");
  auto& open = *handle->target;
  if (!open.sink) open.sink = open.target.open(source->schema());
  std::vector<Chunk> chunks;
  std::int64_t rows = 0;
  call.context.read(
      *source, {},
      [&](const Chunk& chunk) {
        rows += static_cast<std::int64_t>(chunk.rows);
        chunks.push_back(chunk);
      },
      call.control);
  if (rows > 0) open.blocks.push_back(rows);
  open.sink->set_block_rows(open.blocks);
  for (const auto& chunk : chunks) open.sink->write(chunk);
  return {{"numRows", rows}};
}

json close_request(Call& call) {
  const auto handle = Session::instance().handles.find(call.options.whole("handle", 0), true);
  const std::lock_guard lock(handle->in_use);
  if (handle->target && handle->target->sink) handle->target->sink->finish();
  return {{"closed", true}};
}

}  // namespace insitu
