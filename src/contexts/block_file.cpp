#include "contexts/block_file.hpp"

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/error.hpp"
#include "contexts/block.hpp"
#include "contexts/frame.hpp"
#include "data/schema_json.hpp"

namespace insitu {

using nlohmann::json;

namespace {

/// The frames of a file, one after the other.
class FrameFile {
 public:
  explicit FrameFile(const std::string& path) : path_(path), file_(path, std::ios::binary) {
    if (!file_) throw DataError("cannot read: " + path_);
  }

  std::optional<Frame> next() {
    for (;;) {
      if (auto frame = decoder_.take()) return frame;
      const auto room = decoder_.room();
      file_.read(room.data(), static_cast<std::streamsize>(room.size()));
      const auto got = static_cast<std::size_t>(file_.gcount());
      if (got == 0) {
        if (file_.bad()) throw DataError("cannot read: " + path_);
        if (decoder_.in_the_middle()) throw DataError("the file ends in the middle: " + path_);
        return std::nullopt;
      }
      decoder_.filled(got);
    }
  }

  /// The frame that every such file begins with.
  SchemaPtr schema() {
    const auto frame = next();
    if (!frame || frame->type != FrameType::kData)
      throw DataError("the file does not begin with a schema: " + path_);
    try {
      return schema_from_json(json::parse(frame->json).at("schema").dump());
    } catch (const json::exception& failure) {
      throw DataError("the schema of the file cannot be read: " + path_ + ": " + failure.what());
    }
  }

 private:
  std::string path_;
  std::ifstream file_;
  FrameDecoder decoder_;
};

class BlockReader final : public ChunkReader {
 public:
  BlockReader(const std::string& path, ReadOptions options)
      : file_(path), known_(file_.schema()), options_(std::move(options)) {
    schema_ = options_.columns ? select_columns(*known_, *options_.columns) : known_;
  }

  std::optional<Chunk> next() override {
    while (auto frame = file_.next()) {
      if (frame->type != FrameType::kBlock) throw DataError("the file holds more than rows");
      if (frame->payload.empty()) continue;
      auto chunk = decode_block(std::move(frame->payload), known_);
      if (options_.columns) {
        std::vector<Column> columns;
        for (const auto& name : *options_.columns) columns.push_back(chunk.column(name));
        chunk.columns = std::move(columns);
        chunk.schema = schema_;
      }
      chunk.from = {.split = 0,
                    .chunk_in_split = chunks_++,
                    .first_row = row_,
                    .source_rows = static_cast<std::int64_t>(chunk.rows)};
      row_ += static_cast<std::int64_t>(chunk.rows);
      return chunk;
    }
    return std::nullopt;
  }

 private:
  FrameFile file_;
  SchemaPtr known_, schema_;
  ReadOptions options_;
  std::uint64_t chunks_ = 0;
  std::int64_t row_ = 0;
};

class BlockFile final : public DataSource {
 public:
  explicit BlockFile(std::string path)
      : path_(std::move(path)), schema_(FrameFile(path_).schema()) {}

  SchemaPtr schema() const override { return schema_; }
  std::vector<Split> splits() const override { return {{0, 0, 1, -1}}; }
  std::unique_ptr<ChunkReader> open(const Split&, const ReadOptions& options) const override {
    return std::make_unique<BlockReader>(path_, options);
  }
  Recipe recipe() const override {
    return {"block_file", json{{"type", "block_file"}, {"file", path_}}.dump(
                              -1, ' ', false, json::error_handler_t::replace)};
  }
  std::string description() const override { return path_; }

 private:
  std::string path_;
  SchemaPtr schema_;
};

}  // namespace

std::shared_ptr<const DataSource> block_file(const std::string& path) {
  return std::make_shared<BlockFile>(path);
}

}  // namespace insitu
