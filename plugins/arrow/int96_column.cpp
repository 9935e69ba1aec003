#include "int96_column.hpp"

#include <arrow/array/builder_time.h>
#include <parquet/types.h>

#include <array>
#include <cstring>
#include <vector>

#include "memory.hpp"

namespace insitu::arrow_plugin {

namespace {

constexpr std::int64_t kDayOf1970 = 2440588;  // in Julian days
constexpr std::int64_t kMicrosecondsPerDay = 86'400'000'000;

/// False where it does not fit.
bool microseconds(const parquet::Int96& time, std::int64_t& out) {
  std::int64_t nanoseconds;
  std::memcpy(&nanoseconds, time.value.data(), sizeof nanoseconds);
  const auto day = static_cast<std::int32_t>(time.value[2]);
  const auto of_day = nanoseconds / 1000 - (nanoseconds % 1000 < 0);
  return !__builtin_mul_overflow(day - kDayOf1970, kMicrosecondsPerDay, &out) &&
         !__builtin_add_overflow(out, of_day, &out);
}

}  // namespace

Int96Column::Int96Column(std::shared_ptr<parquet::ColumnReader> column, std::string name)
    : column_(std::move(column)), name_(std::move(name)) {}

arrow::Result<std::shared_ptr<arrow::Array>> Int96Column::read(std::int64_t rows) {
  auto& values = static_cast<parquet::Int96Reader&>(*column_);
  const bool nullable = values.descr()->max_definition_level() > 0;
  arrow::TimestampBuilder times(arrow::timestamp(arrow::TimeUnit::MICRO), pool());
  ARROW_RETURN_NOT_OK(times.Reserve(rows));
  std::vector<std::int16_t> levels(static_cast<std::size_t>(rows));
  std::vector<parquet::Int96> found(static_cast<std::size_t>(rows));
  while (rows > 0) {
    std::int64_t valid = 0;
    const auto count =
        values.ReadBatch(rows, nullable ? levels.data() : nullptr, nullptr, found.data(), &valid);
    if (count <= 0)
      return arrow::Status::Invalid("column '", name_, "' has fewer rows than its group");
    std::int64_t next = 0;
    for (std::int64_t i = 0; i < count; ++i, ++row_) {
      if (nullable && levels[static_cast<std::size_t>(i)] == 0) {
        times.UnsafeAppendNull();
        continue;
      }
      std::int64_t time = 0;
      if (next >= valid) return arrow::Status::Invalid("column '", name_, "' lacks values");
      if (!microseconds(found[static_cast<std::size_t>(next++)], time))
        return arrow::Status::Invalid("column '", name_, "', row ", row_ + 1,
                                      " of its group: the INT96 time is out of range");
      times.UnsafeAppend(time);
    }
    rows -= count;
  }
  return times.Finish();
}

}  // namespace insitu::arrow_plugin
