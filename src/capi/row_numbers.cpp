#include "capi/row_numbers.hpp"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <numeric>

#include "base/error.hpp"
#include "base/named.hpp"

namespace insitu {

namespace {

constexpr std::int64_t kRowsPerSplit = 8 * static_cast<std::int64_t>(kRowsPerChunk);

class RowNumberReader final : public ChunkReader {
 public:
  RowNumberReader(SchemaPtr schema, const Split& split)
      : schema_(std::move(schema)),
        split_(split.index),
        next_(static_cast<std::int64_t>(split.begin)),
        end_(static_cast<std::int64_t>(split.end)) {}

  std::optional<Chunk> next() override {
    if (next_ == end_) return std::nullopt;
    const auto rows =
        std::min<std::int64_t>(end_ - next_, static_cast<std::int64_t>(kRowsPerChunk));
    Chunk chunk{schema_, {}, static_cast<std::size_t>(rows), {split_, number_++, next_, rows}};
    if (schema_->size() > 0) {
      std::vector<std::int32_t> numbers(chunk.rows);
      std::iota(numbers.begin(), numbers.end(), static_cast<std::int32_t>(next_ + 1));
      chunk.columns.push_back(Column::own(Type::kInt32, std::move(numbers)));
    }
    next_ += rows;
    return chunk;
  }

 private:
  SchemaPtr schema_;
  std::uint64_t split_, number_ = 0;
  std::int64_t next_, end_;
};

SchemaPtr row_number_schema() {
  Field field;
  field.name = kRowNumbers;
  field.type = Type::kInt32;
  return std::make_shared<const Schema>(std::vector<Field>{std::move(field)});
}

}  // namespace

RowNumberSource::RowNumberSource(std::int64_t rows, std::int64_t rows_per_read)
    : schema_(row_number_schema()),
      rows_(rows),
      rows_per_read_(rows_per_read > 0 ? rows_per_read : rows) {
  if (rows < 1 || rows > std::numeric_limits<std::int32_t>::max())
    throw InvalidArgument(
        "a data step without `inData` needs `numRows`, from 1 to 2147483647, not "_named +
        std::to_string(rows));
}

std::vector<Split> RowNumberSource::splits() const {
  std::vector<Split> splits;
  for (std::int64_t begin = 0; begin < rows_; begin += kRowsPerSplit) {
    const auto end = std::min(rows_, begin + kRowsPerSplit);
    splits.push_back({splits.size(), static_cast<std::uint64_t>(begin),
                      static_cast<std::uint64_t>(end), end - begin});
  }
  return splits;
}

std::unique_ptr<ChunkReader> RowNumberSource::open(const Split& split,
                                                   const ReadOptions& options) const {
  return std::make_unique<RowNumberReader>(
      options.columns ? select_columns(*schema_, *options.columns) : schema_, split);
}

Recipe RowNumberSource::recipe() const {
  const nlohmann::json document = {
      {"type", "row_numbers"}, {"numRows", rows_}, {"rowsPerRead", rows_per_read_}};
  return {"row_numbers", document.dump()};
}

std::vector<std::int64_t> RowNumberSource::read_chunks() const {
  std::vector<std::int64_t> chunks(static_cast<std::size_t>(rows_ / rows_per_read_),
                                   rows_per_read_);
  if (rows_ % rows_per_read_ > 0) chunks.push_back(rows_ % rows_per_read_);
  return chunks;
}

}  // namespace insitu
