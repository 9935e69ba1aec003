#pragma once
// A data frame as a source: rows that lie in this process's memory, in one or more chunks of any
// size. Splits are fixed row ranges; chunks are cut from them without copying where the stored
// pieces allow.
#include <string>
#include <vector>

#include "data/source.hpp"

namespace insitu {

/// Rows of one split of rows in memory: two chunks. A constant of the arithmetic, as kRowsPerChunk.
inline constexpr std::uint64_t kFrameRowsPerSplit = 2 * kRowsPerChunk;

/// The splits of `rows` rows in memory.
std::vector<Split> frame_splits(std::uint64_t rows);

class FrameSource final : public DataSource {
 public:
  /// Every chunk has the columns of `schema`, in that order. Throws DataError if not. `description`
  /// is what is printed
  /// ("Data: mtcars").
  FrameSource(SchemaPtr schema, std::vector<Chunk> chunks, std::string description = "data frame");

  SchemaPtr schema() const override { return schema_; }
  std::vector<Split> splits() const override { return frame_splits(rows_); }
  std::unique_ptr<ChunkReader> open(const Split&, const ReadOptions&) const override;
  Recipe recipe() const override;
  std::optional<std::int64_t> row_count() const override {
    return static_cast<std::int64_t>(rows_);
  }
  const DataSource* row_holder() const override { return this; }
  std::string description() const override { return description_; }

 private:
  class Reader;

  SchemaPtr schema_;
  std::vector<Chunk> chunks_;
  std::vector<std::uint64_t> begins_;  // first row of each chunk
  std::uint64_t rows_ = 0;
  std::string description_;
};

}  // namespace insitu
