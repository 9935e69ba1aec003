#include "capi/remote_wire.hpp"

#include <algorithm>
#include <memory>
#include <optional>

#include "base/error.hpp"
#include "contexts/block.hpp"
#include "data/arrow.hpp"
#include "data/no_rows.hpp"
#include "data/schema_json.hpp"

namespace insitu {

namespace {

constexpr std::size_t kRowsOfBlock = 1 << 19;

}  // namespace

void send_rows(const SendFrame& send, std::uint32_t k, ArrowArrayStream* stream, std::uint64_t most,
               std::uint64_t& sent) {
  const auto [schema, chunks] = import_stream(stream);
  send(FrameType::kBlock, k, schema_to_json(*schema), {});
  for (const auto& chunk : chunks)
    for (std::size_t begin = 0; begin < chunk.rows; begin += kRowsOfBlock) {
      const auto bytes =
          encode_block(slice(chunk, begin, std::min(kRowsOfBlock, chunk.rows - begin)), *schema);
      sent += bytes.size();
      if (sent > most) throw DataError("too many rows");
      send(FrameType::kBlock, k, {}, bytes);
    }
}

void ReceivedRows::add(Frame frame) {
  if (!frame.json.empty()) {
    if (frame.request != all_.size() || !frame.payload.empty())
      throw DataError("a data frame of a request is not well formed");
    all_.push_back({schema_from_json(frame.json), {}});
    return;
  }
  if (std::uint64_t{frame.request} + 1 != all_.size())
    throw DataError("rows of a request belong to no data frame");
  auto& rows = all_.back();
  auto chunk = decode_block(std::move(frame.payload), rows.schema);
  bool fits = chunk.columns.size() == rows.schema->size();
  for (std::size_t i = 0; fits && i < chunk.columns.size(); ++i)
    fits = (*chunk.schema)[i].type == (*rows.schema)[i].type &&
           (*chunk.schema)[i].name == (*rows.schema)[i].name;
  if (!fits) throw DataError("rows of a request are not those of their data frame");
  rows.chunks.push_back(std::move(chunk));
}

std::vector<ArrowArrayStream> ReceivedRows::take() {
  std::vector<ArrowArrayStream> streams;
  for (auto& rows : all_) {
    if (rows.chunks.empty()) rows.chunks.push_back(no_rows(rows.schema));  // they have levels too
    auto rest = std::make_shared<std::vector<Chunk>>(std::move(rows.chunks));
    std::size_t at = 0;
    auto next = [rest, at]() mutable -> std::optional<Chunk> {
      if (at == rest->size()) return std::nullopt;
      return std::move((*rest)[at++]);
    };
    streams.emplace_back();
    export_stream(rows.schema, std::move(next), &streams.back());
  }
  all_.clear();
  return streams;
}

}  // namespace insitu
