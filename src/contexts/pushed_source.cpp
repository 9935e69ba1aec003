#include "contexts/pushed_source.hpp"

#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "contexts/block.hpp"
#include "contexts/condition_json.hpp"
#include "data/chunk_cutter.hpp"

namespace insitu {

using nlohmann::json;

namespace {

/// The blocks of the line, one at a time. A block of a later split waits until that split is read.
class Blocks {
 public:
  Blocks(TaskSession& session, PushMode mode) : session_(session), mode_(mode) {}

  /// The next block of the split, or nothing after its last.
  std::optional<Chunk> next(const Split& split, const ReadOptions& options, bool first,
                            const SchemaPtr& schema) {
    if (first) done_ = false;
    if (done_) return std::nullopt;
    if (mode_ == PushMode::kAsked) {
      json request = {{"split", {split.index, split.begin, split.end, split.rows}},
                      {"first", first}};
      if (first && options.columns) request["columns"] = *options.columns;
      if (first && !options.conditions.empty())
        request["conditions"] = conditions_to_json(options.conditions);
      session_.send(FrameType::kNext, request.dump());
      return read(session_.await(FrameType::kBlock), split, schema);
    }
    for (;;) {
      if (!waiting_) {
        if (mode_ == PushMode::kPaced && any_) session_.send(FrameType::kNext, "{}");
        waiting_ = session_.await_or_end(FrameType::kBlock);
        any_ = true;
      }
      if (!waiting_) return std::nullopt;
      const auto number = split_of(*waiting_);
      if (number > split.index) return std::nullopt;  // this split has no more rows
      auto frame = std::exchange(waiting_, std::nullopt);
      if (number < split.index) continue;  // of a split that nobody wanted
      return read(std::move(*frame), split, schema);
    }
  }

 private:
  static json document_of(const Frame& frame) {
    try {
      return json::parse(frame.json);
    } catch (const json::exception& failure) {
      throw DataError(std::string("a BLOCK frame cannot be read: ") + failure.what());
    }
  }
  static std::uint64_t split_of(const Frame& frame) {
    try {
      return document_of(frame).at("split").get<std::uint64_t>();
    } catch (const json::exception& failure) {
      throw DataError(std::string("a BLOCK frame cannot be read: ") + failure.what());
    }
  }

  std::optional<Chunk> read(Frame frame, const Split& split, const SchemaPtr& schema) {
    if (split_of(frame) != split.index)
      throw DataError("rows of another split came than were asked for");
    const auto document = document_of(frame);
    if (document.contains("error"))
      throw_error(
          static_cast<ErrorCode>(document.value("code", static_cast<int>(ErrorCode::kData))),
          document.value("error", "the host cannot read its rows"));
    done_ = document.value("last", false);
    if (frame.payload.empty()) return std::nullopt;
    auto chunk = decode_block(std::move(frame.payload), schema);
    chunk.from.first_row = document.value("firstRow", std::int64_t{-1});
    chunk.from.source_rows = document.value("sourceRows", static_cast<std::int64_t>(chunk.rows));
    return chunk;
  }

  TaskSession& session_;
  PushMode mode_;
  std::optional<Frame> waiting_;
  bool done_ = false, any_ = false;
};

class PushedReader final : public ChunkReader {
 public:
  PushedReader(std::shared_ptr<Blocks> blocks, const Split& split, const ReadOptions& options,
               const SchemaPtr& schema)
      : blocks_(std::move(blocks)),
        split_(split),
        options_(options),
        known_(schema),
        wanted_(options.columns ? select_columns(*schema, *options.columns) : schema) {}

  std::optional<Chunk> next() override {
    for (;;) {
      auto chunk = cutter_.take_full();
      if (!chunk && ended_) chunk = cutter_.take_rest();
      if (chunk) {
        chunk->from.split = split_.index;
        chunk->from.chunk_in_split = number_++;
        chunk->from.source_rows = static_cast<std::int64_t>(chunk->rows);
        return chunk;
      }
      if (ended_) return std::nullopt;
      auto block = blocks_->next(split_, options_, std::exchange(first_, false), known_);
      if (!block) {
        ended_ = true;
      } else if (block->rows == 0 && block->from.source_rows > 0) {
        // A chunk that the conditions rule out: the host gives chunks whole.
        auto none = selected(std::move(*block));
        none.from.split = split_.index;
        none.from.chunk_in_split = number_++;
        return none;
      } else {
        cutter_.add(selected(std::move(*block)));
      }
    }
  }

 private:
  /// The wanted columns by name: hosts may send more, or in another order.
  Chunk selected(Chunk block) const {
    Chunk chunk{wanted_, {}, block.rows, block.from};
    for (const auto& field : wanted_->fields()) {
      const auto place = block.schema->find(field.name);
      if (!place) throw DataError("the host sent rows without variable '" + field.name + "'");
      if (block.columns[*place].type() != field.type)
        throw DataError("the host sent variable '" + field.name + "' as " +
                        std::string(type_name(block.columns[*place].type())) + ", announced as " +
                        std::string(type_name(field.type)));
      chunk.columns.push_back(block.columns[*place]);
    }
    return chunk;
  }

  std::shared_ptr<Blocks> blocks_;
  Split split_;
  ReadOptions options_;
  SchemaPtr known_, wanted_;
  ChunkCutter cutter_;
  std::uint64_t number_ = 0;
  bool first_ = true, ended_ = false;
};

class PushedSource final : public DataSource {
 public:
  PushedSource(TaskSession& session, PushMode mode, SchemaPtr schema, std::vector<Split> splits,
               std::int64_t rows, std::vector<std::int64_t> reads)
      : schema_(std::move(schema)),
        splits_(std::move(splits)),
        rows_(rows),
        reads_(std::move(reads)),
        blocks_(std::make_shared<Blocks>(session, mode)) {}

  SchemaPtr schema() const override { return schema_; }
  std::vector<Split> splits() const override { return splits_; }
  std::unique_ptr<ChunkReader> open(const Split& split, const ReadOptions& options) const override {
    return std::make_unique<PushedReader>(blocks_, split, options, schema_);
  }
  Recipe recipe() const override {
    throw Unsupported("rows that were sent to a worker cannot be sent on");
  }
  std::optional<std::int64_t> row_count() const override {
    return rows_ >= 0 ? std::optional(rows_) : std::nullopt;
  }
  std::vector<std::int64_t> read_chunks() const override { return reads_; }
  std::string description() const override { return "rows of the host"; }

 private:
  SchemaPtr schema_;
  std::vector<Split> splits_;
  std::int64_t rows_;
  std::vector<std::int64_t> reads_;
  std::shared_ptr<Blocks> blocks_;
};

}  // namespace

std::shared_ptr<const DataSource> pushed_source(TaskSession& session, PushMode mode,
                                                SchemaPtr schema, std::vector<Split> splits,
                                                std::int64_t rows,
                                                std::vector<std::int64_t> reads) {
  return std::make_shared<PushedSource>(session, mode, std::move(schema), std::move(splits), rows,
                                        std::move(reads));
}

}  // namespace insitu
