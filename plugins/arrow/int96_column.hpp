#pragma once
// Times of Parquet in 96 bits: the day and the nanoseconds of the day. Arrow makes one number of
// them without looking whether it fits.
#include <arrow/array.h>
#include <arrow/result.h>
#include <parquet/column_reader.h>

#include <memory>
#include <string>

namespace insitu::arrow_plugin {

/// One row group's column, read from its beginning by one thread.
class Int96Column {
 public:
  /// REQUIRES: the column is a top-level one of physical type INT96.
  Int96Column(std::shared_ptr<parquet::ColumnReader>, std::string name);

  /// The next rows as microseconds since 1970, finer digits cut off towards the past. Invalid where
  /// there are fewer, or where a time lies beyond 292,000 years.
  arrow::Result<std::shared_ptr<arrow::Array>> read(std::int64_t rows);

 private:
  std::shared_ptr<parquet::ColumnReader> column_;
  std::string name_;
  std::int64_t row_ = 0;
};

}  // namespace insitu::arrow_plugin
