// Any bytes as frames, and as the blocks of rows in them: they are read in full or refused.
#include <algorithm>
#include <cstring>

#include "all_types.hpp"
#include "base/error.hpp"
#include "contexts/block.hpp"
#include "contexts/frame.hpp"
#include "data/schema_json.hpp"
#include "fuzz_main.hpp"
#include "touch.hpp"

namespace insitu {
namespace {

void read_block(const Bytes& bytes, const SchemaPtr& known) {
  try {
    const auto chunk = decode_block(bytes, known);
    volatile double sum = touch(chunk);
    (void)sum;
    (void)decode_block(encode_block(chunk, *chunk.schema),
                       chunk.schema);  // what was read can be written
  } catch (const Error&) {
  }
}

}  // namespace

FuzzCorpus fuzz_corpus() {
  const auto schema = schema_of_all_types();
  FuzzCorpus corpus;
  for (const std::size_t rows : {0u, 1u, 20u}) {
    const auto chunk = rows_of(schema, rows);
    for (const auto& block : {encode_block(chunk, *schema), encode_block(chunk, Schema())}) {
      (void)decode_block(block, schema);  // throws when a seed is not valid
      corpus.seeds.push_back(
          encode_frame(FrameType::kBlock, 1, R"({"split":0,"last":true})", block));
      corpus.seeds.push_back(block);
    }
  }
  corpus.seeds.push_back(encode_frame(FrameType::kHello, 0, R"({"protocol":1})") +
                         encode_frame(FrameType::kEnd, 7, "{}"));
  corpus.seeds.push_back(schema_to_json(*schema));
  corpus.tokens = {"RXF1", "RXB1", "\"levels\":[", "{\"name\":\"", "\"type\":\"factor\""};
  return corpus;
}

}  // namespace insitu

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace insitu;
  static const auto schema = schema_of_all_types();
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  read_block(Bytes(bytes), schema);
  read_block(Bytes(bytes), nullptr);
  try {
    (void)schema_to_json(*schema_from_json(bytes));
  } catch (const Error&) {
  }
  try {
    FrameDecoder decoder;
    while (!bytes.empty()) {
      const auto room = decoder.room();
      const auto count = std::min<std::size_t>({room.size(), bytes.size(), 1 + size % 97});
      std::memcpy(room.data(), bytes.data(), count);
      decoder.filled(count);
      bytes.remove_prefix(count);
      if (auto frame = decoder.take()) read_block(frame->payload, schema);
    }
  } catch (const Error&) {
  }
  return 0;
}
