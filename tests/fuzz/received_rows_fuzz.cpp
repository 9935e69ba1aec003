// Any bytes as the frames of data frames that another machine sends: the rows are read in full or
// refused.
#include <algorithm>
#include <cstring>

#include "all_types.hpp"
#include "base/error.hpp"
#include "capi/remote_wire.hpp"
#include "contexts/block.hpp"
#include "contexts/frame.hpp"
#include "data/arrow.hpp"
#include "data/schema_json.hpp"
#include "fuzz_main.hpp"
#include "touch.hpp"

namespace insitu {
namespace {

Bytes block(std::uint32_t k, std::string_view json, std::string_view payload) {
  return encode_frame(FrameType::kBlock, k, json, payload);
}

/// A data frame of these rows, the k-th of a request.
Bytes data_frame(std::uint32_t k, std::initializer_list<std::size_t> pieces) {
  const auto schema = schema_of_all_types();
  auto bytes = block(k, schema_to_json(*schema), {});
  for (const auto rows : pieces)
    bytes += block(k, {}, encode_block(rows_of(schema, rows), *schema));
  return bytes;
}

/// Every value of the data frames in these bytes; `frames`, `rows`: how many they are.
double read_all(std::string_view bytes, std::size_t& frames, std::size_t& rows) {
  ReceivedRows received;
  const auto step = 1 + bytes.size() % 97;
  FrameDecoder decoder(FrameLimits{.json = 1 << 20, .payload = 1 << 24});
  // What has come is taken and released, however the rest looks.
  struct Streams {
    std::vector<ArrowArrayStream> all;
    ~Streams() {
      for (auto& stream : all)
        if (stream.release) stream.release(&stream);
    }
  } streams;
  try {
    while (!bytes.empty()) {
      const auto room = decoder.room();
      const auto count = std::min({room.size(), bytes.size(), step});
      std::memcpy(room.data(), bytes.data(), count);
      decoder.filled(count);
      bytes.remove_prefix(count);
      if (auto frame = decoder.take(); frame && frame->type == FrameType::kBlock)
        received.add(std::move(*frame));
    }
  } catch (const Error&) {
  }
  streams.all = received.take();
  frames = streams.all.size();
  rows = 0;
  double sum = 0;
  for (auto& stream : streams.all)
    for (const auto& chunk : import_stream(&stream).second) {
      rows += chunk.rows;
      sum += touch(chunk);
    }
  return sum;
}

}  // namespace

FuzzCorpus fuzz_corpus() {
  FuzzCorpus corpus;
  const auto both = data_frame(0, {3, 20, 0}) + data_frame(1, {7});
  std::size_t frames = 0, rows = 0;
  (void)read_all(both, frames, rows);
  if (frames != 2 || rows != 30) throw Error("a seed is not valid");
  corpus.seeds = {both,
                  data_frame(0, {}),
                  data_frame(0, {1}),
                  data_frame(1, {2}),
                  block(0, {}, "rows of no data frame"),
                  block(~std::uint32_t{0}, {}, "rows of the one before the first"),
                  block(0, R"([{"name":"x","type":"float64"}])", {})};
  corpus.tokens = {"RXF1", "RXB1", "\"levels\":[", "{\"name\":\"", "\"type\":\"factor\""};
  return corpus;
}

}  // namespace insitu

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace insitu;
  std::size_t frames = 0, rows = 0;
  try {
    volatile double sum = read_all({reinterpret_cast<const char*>(data), size}, frames, rows);
    (void)sum;
  } catch (const Error&) {  // as values that Arrow has not
  }
  return 0;
}
