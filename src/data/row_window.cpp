#include "data/row_window.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "base/error.hpp"
#include "data/frame_source.hpp"

namespace insitu {

namespace {

/// What rows in memory and these have in common.
class WindowSource : public DataSource {
 public:
  WindowSource(SchemaPtr schema, std::uint64_t rows) : schema_(std::move(schema)), rows_(rows) {}

  SchemaPtr schema() const override { return schema_; }
  std::vector<Split> splits() const override { return frame_splits(rows_); }
  Recipe recipe() const override { return FrameSource(schema_, {}).recipe(); }
  std::optional<std::int64_t> row_count() const override {
    return static_cast<std::int64_t>(rows_);
  }
  const DataSource* row_holder() const override { return this; }
  std::string description() const override { return "data frame"; }

 protected:
  const SchemaPtr schema_;
  const std::uint64_t rows_;
};

class WindowReader final : public ChunkReader {
 public:
  WindowReader(std::unique_ptr<ChunkReader> inner, std::uint64_t first)
      : inner_(std::move(inner)), first_(static_cast<std::int64_t>(first)) {}

  std::optional<Chunk> next() override {
    auto chunk = inner_->next();
    if (chunk && chunk->from.first_row >= 0) chunk->from.first_row -= first_;
    return chunk;
  }

 private:
  std::unique_ptr<ChunkReader> inner_;
  std::int64_t first_;
};

class RowWindow final : public WindowSource {
 public:
  RowWindow(std::shared_ptr<const DataSource> source, std::uint64_t first, std::uint64_t rows)
      : WindowSource(source->schema(), rows), source_(std::move(source)), first_(first) {}

  std::unique_ptr<ChunkReader> open(const Split& split, const ReadOptions& options) const override {
    auto there = split;
    there.begin += first_;
    there.end += first_;
    return std::make_unique<WindowReader>(source_->open(there, options), first_);
  }

 private:
  std::shared_ptr<const DataSource> source_;
  std::uint64_t first_;
};

/// One chunk, cut as rows in memory are.
class SliceReader final : public ChunkReader {
 public:
  SliceReader(SchemaPtr schema, std::vector<Column> columns, const Split& split)
      : schema_(std::move(schema)), columns_(std::move(columns)), split_(split) {}

  std::optional<Chunk> next() override {
    const auto left = split_.end - split_.begin - done_;
    if (left == 0) return std::nullopt;
    const auto rows = std::min<std::uint64_t>(left, kRowsPerChunk);
    Chunk chunk{schema_, {}, rows, {}};
    chunk.columns.reserve(columns_.size());
    for (const auto& column : columns_) chunk.columns.push_back(column.slice(done_, rows));
    chunk.from = {.split = split_.index,
                  .chunk_in_split = number_++,
                  .first_row = static_cast<std::int64_t>(split_.begin + done_),
                  .source_rows = static_cast<std::int64_t>(rows)};
    done_ += rows;
    return chunk;
  }

 private:
  SchemaPtr schema_;
  std::vector<Column> columns_;
  Split split_;
  std::uint64_t done_ = 0, number_ = 0;
};

}  // namespace

class KeptRows::Part final : public WindowSource {
 public:
  Part(std::shared_ptr<KeptRows> kept, std::uint64_t first, std::uint64_t rows)
      : WindowSource(kept->schema_, rows), kept_(std::move(kept)), first_(first) {}

  std::unique_ptr<ChunkReader> open(const Split& split, const ReadOptions& options) const override {
    std::vector<Column> columns;
    const auto& places = kept_->load(options);
    columns.reserve(places.size());
    for (const auto place : places)
      columns.push_back(
          kept_->columns_[place].slice(first_ + split.begin, split.end - split.begin));
    return std::make_unique<SliceReader>(kept_->selected_, std::move(columns), split);
  }

 private:
  std::shared_ptr<KeptRows> kept_;
  std::uint64_t first_;
};

std::shared_ptr<const DataSource> row_window(std::shared_ptr<const DataSource> source,
                                             std::uint64_t first, std::uint64_t rows) {
  return std::make_shared<RowWindow>(std::move(source), first, rows);
}

KeptRows::KeptRows(std::shared_ptr<const DataSource> source, std::uint64_t first,
                   std::uint64_t rows)
    : source_(std::move(source)),
      schema_(source_->schema()),
      first_(first),
      rows_(rows),
      columns_(schema_->size()),
      present_(schema_->size(), false) {}

std::shared_ptr<const DataSource> KeptRows::part(std::uint64_t first, std::uint64_t rows) {
  return std::make_shared<Part>(shared_from_this(), first, rows);
}

const std::vector<std::size_t>& KeptRows::load(const ReadOptions& options) {
  if (selected_ && options.columns == names_) return places_;
  selected_ = nullptr;  // until all of it is there
  names_ = options.columns;
  auto selected = names_ ? select_columns(*schema_, *names_) : schema_;
  places_.resize(selected->size());
  std::iota(places_.begin(), places_.end(), std::size_t{0});
  if (names_)
    for (std::size_t i = 0; i < places_.size(); ++i) places_[i] = schema_->index((*names_)[i]);
  std::vector<std::size_t> missing;
  for (const auto place : places_)
    if (!present_[place]) missing.push_back(place);
  if (!missing.empty()) read(missing);
  selected_ = std::move(selected);
  return places_;
}

void KeptRows::read(const std::vector<std::size_t>& missing) {
  ReadOptions options;
  options.columns.emplace();
  for (const auto place : missing) options.columns->push_back((*schema_)[place].name);
  std::vector<std::vector<Column>> parts(missing.size());
  const auto reader =
      source_->open({0, first_, first_ + rows_, static_cast<std::int64_t>(rows_)}, options);
  while (auto chunk = reader->next())
    for (std::size_t i = 0; i < missing.size(); ++i)
      parts[i].push_back(std::move(chunk->columns[i]));
  for (std::size_t i = 0; i < missing.size(); ++i) {
    columns_[missing[i]] = concatenate(parts[i]);
    parts[i].clear();
    if (columns_[missing[i]].size() != rows_)
      throw DataError("the rows end early: " + source_->description());
    present_[missing[i]] = true;
  }
}

}  // namespace insitu
