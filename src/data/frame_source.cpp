#include "data/frame_source.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "data/chunk_cutter.hpp"
#include "data/schema_json.hpp"

namespace insitu {

std::vector<Split> frame_splits(std::uint64_t rows) {
  std::vector<Split> splits;
  for (std::uint64_t begin = 0; begin < rows; begin += kFrameRowsPerSplit) {
    const auto end = std::min(rows, begin + kFrameRowsPerSplit);
    splits.push_back({splits.size(), begin, end, static_cast<std::int64_t>(end - begin)});
  }
  return splits;
}

FrameSource::FrameSource(SchemaPtr schema, std::vector<Chunk> chunks, std::string description)
    : schema_(std::move(schema)), chunks_(std::move(chunks)), description_(std::move(description)) {
  for (const auto& chunk : chunks_) {
    if (chunk.columns.size() != schema_->size())
      throw DataError("a piece of " + description_ + " has " +
                      std::to_string(chunk.columns.size()) + " columns, expected " +
                      std::to_string(schema_->size()));
    for (std::size_t i = 0; i < schema_->size(); ++i) {
      if (chunk.columns[i].type() != (*schema_)[i].type)
        throw DataError("variable '" + (*schema_)[i].name + "' of " + description_ +
                        " changes its type between rows");
      if (chunk.columns[i].size() != chunk.rows)
        throw DataError("variable '" + (*schema_)[i].name + "' of " + description_ + " has " +
                        std::to_string(chunk.columns[i].size()) + " rows, expected " +
                        std::to_string(chunk.rows));
    }
    begins_.push_back(rows_);
    rows_ += chunk.rows;
  }
}

class FrameSource::Reader final : public ChunkReader {
 public:
  Reader(const FrameSource& source, const Split& split, const ReadOptions& options)
      : source_(source), split_(split.index), next_(split.begin), end_(split.end) {
    if (options.columns) {
      schema_ = select_columns(*source.schema_, *options.columns);
      for (const auto& name : *options.columns) columns_.push_back(source.schema_->index(name));
    } else {
      schema_ = source.schema_;
      for (std::size_t i = 0; i < schema_->size(); ++i) columns_.push_back(i);
    }
    const auto after = std::upper_bound(source.begins_.begin(), source.begins_.end(), next_);
    piece_ = static_cast<std::size_t>(after - source.begins_.begin());
    if (piece_ > 0) --piece_;
  }

  std::optional<Chunk> next() override {
    for (;;) {
      auto chunk = cutter_.take_full();
      if (!chunk && next_ == end_) chunk = cutter_.take_rest();
      if (chunk) {
        chunk->from = {split_, number_++, row_, static_cast<std::int64_t>(chunk->rows)};
        row_ += static_cast<std::int64_t>(chunk->rows);
        return chunk;
      }
      if (next_ == end_) return std::nullopt;
      add_piece();
    }
  }

 private:
  void add_piece() {
    const auto& piece = source_.chunks_[piece_];
    const auto begin = next_ - source_.begins_[piece_];
    const auto rows = std::min<std::uint64_t>(piece.rows - begin, end_ - next_);
    Chunk part{schema_, {}, rows, {.source_rows = static_cast<std::int64_t>(rows)}};
    part.columns.reserve(columns_.size());
    for (const auto column : columns_)
      part.columns.push_back(piece.columns[column].slice(begin, rows));
    cutter_.add(std::move(part));
    next_ += rows;
    if (next_ < end_) ++piece_;
  }

  const FrameSource& source_;
  SchemaPtr schema_;
  std::vector<std::size_t> columns_;
  std::uint64_t split_, number_ = 0, next_, end_;
  std::size_t piece_ = 0;
  std::int64_t row_ = static_cast<std::int64_t>(next_);
  ChunkCutter cutter_;
};

std::unique_ptr<ChunkReader> FrameSource::open(const Split& split,
                                               const ReadOptions& options) const {
  if (split.begin > split.end || split.end > rows_)
    throw DataError("rows " + std::to_string(split.begin) + " to " + std::to_string(split.end) +
                    " are not in " + description_ + ", which has " + std::to_string(rows_));
  return std::make_unique<Reader>(*this, split, options);
}

Recipe FrameSource::recipe() const {
  return {"pushed", R"({"type":"pushed","schema":)" + schema_to_json(*schema_) + "}"};
}

}  // namespace insitu
