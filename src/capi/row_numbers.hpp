#pragma once
// Rows made from nothing but their numbers: the input of a data step without input.
#include <cstdint>

#include "data/source.hpp"

namespace insitu {

inline constexpr const char* kRowNumbers = ".rxRowNums";

/// One integer column, kRowNumbers: 1, 2, ..., rows. `rows_per_read`: rows seen as read at once; 0
/// or less: all.
class RowNumberSource final : public DataSource {
 public:
  RowNumberSource(std::int64_t rows, std::int64_t rows_per_read);

  SchemaPtr schema() const override { return schema_; }
  std::vector<Split> splits() const override;
  std::unique_ptr<ChunkReader> open(const Split&, const ReadOptions&) const override;
  Recipe recipe() const override;
  std::optional<std::int64_t> row_count() const override { return rows_; }
  std::vector<std::int64_t> read_chunks() const override;
  std::string description() const override { return "row numbers"; }

 private:
  SchemaPtr schema_;
  std::int64_t rows_, rows_per_read_;
};

}  // namespace insitu
