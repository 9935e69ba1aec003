#include "shaping/range_pieces.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/error.hpp"
#include "data/decorated_source.hpp"
#include "shaping/key_codec.hpp"

namespace insitu {

using nlohmann::json;

namespace {

constexpr const char* kType = "range_pieces";

class PieceReader final : public ChunkReader {
 public:
  PieceReader(std::unique_ptr<ChunkReader> inner, const KeyCodec& codec, std::uint32_t ranges)
      : inner_(std::move(inner)), codec_(codec), ranges_(ranges), rows_of_(ranges) {}

  std::optional<Chunk> next() override {
    for (;;) {
      while (chunk_ && range_ < ranges_) {
        const auto range = range_++;
        if (rows_of_[range].empty()) continue;
        auto piece =
            rows_of_[range].size() == chunk_->rows ? *chunk_ : take(*chunk_, rows_of_[range]);
        piece.from = {.split = chunk_->from.split,
                      .chunk_in_split = chunk_->from.chunk_in_split * ranges_ + range,
                      .first_row = -1,
                      .source_rows = std::exchange(source_rows_, 0)};
        return piece;
      }
      chunk_ = inner_->next();
      if (!chunk_) return std::nullopt;
      divide();
    }
  }

 private:
  void divide() {
    range_ = 0;
    source_rows_ += chunk_->from.source_rows;
    for (auto& rows : rows_of_) rows.clear();
    const auto keys = codec_.encode(*chunk_);
    std::uint32_t range = 0;
    for (std::size_t row = 0; row < chunk_->rows; ++row) {
      if (row == 0 || keys[row] != keys[row - 1]) range = range_of_key(keys[row], ranges_);
      rows_of_[range].push_back(static_cast<std::uint32_t>(row));
    }
  }

  std::unique_ptr<ChunkReader> inner_;
  const KeyCodec& codec_;
  const std::uint32_t ranges_;
  std::vector<std::vector<std::uint32_t>> rows_of_;  // of the chunk, by range
  std::optional<Chunk> chunk_;
  std::uint32_t range_ = 0;       // whose piece comes next
  std::int64_t source_rows_ = 0;  // read, and not told yet
};

class RangePieces final : public DecoratedSource {
 public:
  RangePieces(std::shared_ptr<const DataSource> source, std::vector<std::string> columns,
              std::vector<std::string> keys, std::uint32_t ranges)
      : DecoratedSource(std::move(source)),
        columns_(std::move(columns)),
        keys_(std::move(keys)),
        ranges_(ranges),
        schema_(select_columns(*source_->schema(), columns_)),
        codec_(*schema_, keys_) {}

  SchemaPtr schema() const override { return schema_; }
  std::unique_ptr<ChunkReader> open(const Split& split, const ReadOptions&) const override {
    return std::make_unique<PieceReader>(source_->open(split, {.columns = columns_}), codec_,
                                         ranges_);
  }
  Recipe recipe() const override {
    const json options = {{"type", kType},
                          {"source", json::parse(source_->recipe().options)},
                          {"columns", columns_},
                          {"keys", keys_},
                          {"ranges", ranges_}};
    return {kType, options.dump(-1, ' ', false, json::error_handler_t::replace)};
  }

 private:
  std::vector<std::string> columns_, keys_;
  std::uint32_t ranges_;
  SchemaPtr schema_;
  KeyCodec codec_;
};

}  // namespace

std::uint32_t range_of_key(std::string_view key, std::uint32_t ranges) {
  std::uint64_t hash = 0xcbf29ce484222325;  // FNV-1a
  for (const char byte : key) {
    hash ^= static_cast<unsigned char>(byte);
    hash *= 0x100000001b3;
  }
  hash ^= hash >> 32;  // its low bits alone are poor
  return static_cast<std::uint32_t>(hash % ranges);
}

std::shared_ptr<const DataSource> range_pieces(std::shared_ptr<const DataSource> source,
                                               std::vector<std::string> columns,
                                               std::vector<std::string> keys,
                                               std::uint32_t ranges) {
  if (ranges < 1) throw InvalidArgument("rows are cut by at least one range");
  return std::make_shared<RangePieces>(std::move(source), std::move(columns), std::move(keys),
                                       ranges);
}

std::shared_ptr<const DataSource> range_pieces_from_json(
    const json& recipe, const std::function<std::shared_ptr<const DataSource>(const json&)>& make) {
  try {
    return range_pieces(make(recipe.at("source")),
                        recipe.at("columns").get<std::vector<std::string>>(),
                        recipe.at("keys").get<std::vector<std::string>>(),
                        recipe.at("ranges").get<std::uint32_t>());
  } catch (const json::exception& failure) {
    throw DataError(std::string("a recipe of pieces by range cannot be read: ") + failure.what());
  }
}

}  // namespace insitu
