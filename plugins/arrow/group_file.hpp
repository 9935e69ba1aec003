#pragma once
// A file of row groups, whatever its format: what parquet_file.cpp and orc_file.cpp have in common.
#include <arrow/array.h>
#include <arrow/record_batch.h>
#include <arrow/result.h>
#include <arrow/type.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "place.hpp"

namespace insitu::arrow_plugin {

/// See insitu_arrow_statistics.
struct GroupStatistics {
  std::vector<std::int64_t> nulls;
  std::vector<std::shared_ptr<arrow::Array>> bounds;
};

/// Immutable; safe to call from several threads.
class GroupFile {
 public:
  virtual ~GroupFile() = default;

  const std::shared_ptr<arrow::Schema>& schema() const { return schema_; }
  const std::vector<std::int64_t>& group_rows() const { return group_rows_; }

  /// Opens the file anew and gives the rows of a group. `columns` increase and are top-level
  /// columns without children. May throw what decoders throw.
  virtual arrow::Result<std::shared_ptr<arrow::RecordBatchReader>> read(
      std::int64_t group, const std::vector<int>& columns, std::int64_t batch_rows) const = 0;

  /// Of formats whose statistics are not looked at: nothing is known.
  virtual arrow::Result<GroupStatistics> statistics(std::int64_t group,
                                                    const std::vector<int>& columns) const;

  /// Bytes of a column in a group of the file; -1: not known. May throw what decoders throw.
  virtual std::int64_t stored(std::int64_t /*group*/, int /*column*/) const { return -1; }

 protected:
  std::shared_ptr<arrow::Schema> schema_;
  std::vector<std::int64_t> group_rows_;
};

/// Metadata of fields: see insitu_arrow_schema.
inline constexpr const char* kCalendarNote = "insitu.calendar";
inline constexpr const char* kZoneNote = "insitu.zone";
inline constexpr const char* kRefusedNote = "insitu.refused";
inline constexpr const char* kLeastNote = "insitu.least";
inline constexpr const char* kGreatestNote = "insitu.greatest";

/// Reads the footer in this process. May throw what decoders throw.
arrow::Result<std::shared_ptr<const GroupFile>> open_here(int kind, const Place&);
arrow::Result<std::shared_ptr<const GroupFile>> open_parquet(const Place&);
arrow::Result<std::shared_ptr<const GroupFile>> open_orc(const Place&);

}  // namespace insitu::arrow_plugin
