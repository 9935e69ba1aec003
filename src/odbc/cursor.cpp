#include "odbc/cursor.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "base/civil_date.hpp"
#include "base/error.hpp"
#include "base/named.hpp"
#include "base/number_text.hpp"
#include "base/utf16.hpp"
#include "data/time_ticks.hpp"
#include "odbc/line.hpp"
#include "odbc/time_text.hpp"
#include "sources/encoding.hpp"

namespace insitu {

namespace {

constexpr std::size_t kNarrowUnits = 256;      // of a text without a useful size
constexpr std::size_t kBlockBytes = 8U << 20;  // of all buffers together, about

struct CType {
  SQLSMALLINT code;
  std::size_t width;
};

CType c_type(Transfer how, bool narrow) {
  switch (how) {
    case Transfer::kBit:
      return {SQL_C_BIT, 1};
    case Transfer::kInt32:
    case Transfer::kDays:
      return {SQL_C_SLONG, 4};
    case Transfer::kInt32Range:
    case Transfer::kInt64:
      return {SQL_C_SBIGINT, 8};
    case Transfer::kFloat32:
      return {SQL_C_FLOAT, 4};
    case Transfer::kFloat64:
      return {SQL_C_DOUBLE, 8};
    case Transfer::kDigits:
    case Transfer::kDoubleText:
    case Transfer::kTimeText:
    case Transfer::kDateOrText:
    case Transfer::kTimeOrText:
      return {SQL_C_CHAR, 64};
    case Transfer::kDate:
      return {SQL_C_TYPE_DATE, sizeof(SQL_DATE_STRUCT)};
    case Transfer::kTimestamp:
      return {SQL_C_TYPE_TIMESTAMP, sizeof(SQL_TIMESTAMP_STRUCT)};
    case Transfer::kOffsetTime:
    case Transfer::kText:
      return {static_cast<SQLSMALLINT>(narrow ? SQL_C_CHAR : SQL_C_WCHAR), 0};
    case Transfer::kBytes:
      return {SQL_C_BINARY, 0};
    case Transfer::kRefused:
      break;
  }
  throw Error("a column that is not read has no type");
}

double date_value(const SQL_DATE_STRUCT& date) {
  return static_cast<double>(days_from_civil(date.year, date.month, date.day));
}

double time_value(const SQL_TIMESTAMP_STRUCT& time) {
  const auto days = days_from_civil(time.year, time.month, time.day);
  const auto seconds =
      days * 86400 + std::int64_t{time.hour} * 3600 + std::int64_t{time.minute} * 60 + time.second;
  return seconds_of_ticks(seconds * 1000000 + static_cast<std::int64_t>(time.fraction) / 1000,
                          1000000);
}

}  // namespace

struct OdbcCursor::Bound {
  ColumnTransfer transfer;
  SQLUSMALLINT place = 0;  // in the statement, from 1
  CType type{};
  std::size_t width = 0;  // bytes of one value in the buffer; 0: not bound
  std::vector<std::uint64_t> buffer;
  std::vector<SQLLEN> lengths;
  std::vector<std::string> whole;  // by row: values that did not fit into the buffer

  const char* at(std::size_t row) const {
    return reinterpret_cast<const char*>(buffer.data()) + row * width;
  }
  template <class T>
  T value(std::size_t row) const {
    T out;
    std::memcpy(&out, at(row), sizeof(T));
    return out;
  }
  bool missing(std::size_t row) const { return lengths[row] == SQL_NULL_DATA; }
  bool has_text() const { return type.width == 0; }
  std::size_t end_bytes() const {
    return type.code == SQL_C_WCHAR ? 2 : type.code == SQL_C_CHAR ? 1 : 0;
  }
  bool cut_off(std::size_t row) const {
    if (missing(row) || type.width != 0) return false;
    return lengths[row] == SQL_NO_TOTAL ||
           static_cast<std::size_t>(lengths[row]) > width - end_bytes();
  }
};

OdbcCursor::OdbcCursor(OdbcLine& line, OdbcHandle statement, std::vector<ColumnTransfer> transfers,
                       std::size_t rows)
    : line_(line), statement_(std::move(statement)), rows_(std::max<std::size_t>(rows, 1)) {
  std::vector<Field> fields;
  for (std::size_t i = 0; i < transfers.size(); ++i) {
    if (transfers[i].how == Transfer::kRefused) continue;
    fields.push_back({.name = transfers[i].column.name, .type = transfers[i].type});
    bound_.push_back(std::make_unique<Bound>());
    auto& bound = *bound_.back();
    bound.transfer = std::move(transfers[i]);
    bound.place = static_cast<SQLUSMALLINT>(i + 1);
    bound.type = c_type(bound.transfer.how, line_.narrow());
    // Only a driver that gives long values of rows within a block may be asked for blocks of texts.
    if (bound.has_text() && !line_.reads_within_blocks()) row_by_row_ = true;
  }
  schema_ = std::make_shared<const Schema>(std::move(fields));
  bind();
}

OdbcCursor::~OdbcCursor() = default;

void OdbcCursor::bind() {
  std::size_t row_bytes = 1;
  for (auto& each : bound_) {
    each->width = each->type.width;
    if (each->has_text() && !row_by_row_) {
      const auto size = each->transfer.column.size;
      const auto units = size == 0 || size > kNarrowUnits ? kNarrowUnits : 2 * size + 1;
      each->width = each->type.code == SQL_C_WCHAR ? 2 * units : units;
    }
    row_bytes += each->width + sizeof(SQLLEN);
  }
  rows_ = row_by_row_ ? 1 : std::clamp<std::size_t>(kBlockBytes / row_bytes, 1, rows_);
  const auto& manager = driver_manager();
  auto* statement = statement_.get();
  const auto set = [&](SQLINTEGER attribute, void* value) {
    line_.check(statement, manager.set_stmt_attr(statement, attribute, value, 0));
  };
  set(SQL_ATTR_ROW_BIND_TYPE, reinterpret_cast<void*>(SQL_BIND_BY_COLUMN));
  set(SQL_ATTR_ROW_ARRAY_SIZE,
      reinterpret_cast<void*>(rows_));  // NOLINT(performance-no-int-to-ptr): ODBC wants it so
  set(SQL_ATTR_ROWS_FETCHED_PTR, &fetched_);
  for (auto& each : bound_) {
    each->lengths.assign(rows_, SQL_NULL_DATA);
    if (each->width == 0) continue;
    each->buffer.assign((rows_ * each->width + 7) / 8 + 1, 0);
    line_.check(statement,
                manager.bind_col(statement, each->place, each->type.code, each->buffer.data(),
                                 static_cast<SQLLEN>(each->width), each->lengths.data()));
  }
}

void OdbcCursor::fetch_long_values(std::size_t row) {
  const auto& manager = driver_manager();
  auto* statement = statement_.get();
  bool positioned = rows_ == 1;
  for (auto& each : bound_) {
    const bool unbound = each->width == 0;
    if (!unbound && !each->cut_off(row)) continue;
    if (!positioned) {
      line_.check(statement, manager.set_pos(statement, static_cast<SQLSETPOSIROW>(row + 1),
                                             SQL_POSITION, SQL_LOCK_NO_CHANGE));
      positioned = true;
    }
    std::string bytes;
    std::vector<char> piece(1U << 14);
    for (;;) {
      SQLLEN length = 0;
      const auto code = manager.get_data(statement, each->place, each->type.code, piece.data(),
                                         static_cast<SQLLEN>(piece.size()), &length);
      if (code == SQL_NO_DATA) break;
      line_.check(statement, code);
      if (length == SQL_NULL_DATA) {
        each->lengths[row] = SQL_NULL_DATA;
        break;
      }
      const auto room = piece.size() - each->end_bytes();
      const bool all = length != SQL_NO_TOTAL && static_cast<std::size_t>(length) <= room;
      bytes.append(piece.data(), all ? static_cast<std::size_t>(length) : room);
      each->lengths[row] = static_cast<SQLLEN>(bytes.size());
      if (all) break;
      if (length != SQL_NO_TOTAL)
        piece.resize(std::min<std::size_t>(static_cast<std::size_t>(length), 1U << 24) + 64);
    }
    each->whole.resize(rows_);
    each->whole[row] = std::move(bytes);
  }
}

namespace {

/// A driver may write the decimal mark of the process's locale; decimals have no other marks.
void with_point(std::string& digits) { std::ranges::replace(digits, ',', '.'); }

[[noreturn]] void fail_value(const std::string& variable, std::int64_t row,
                             const std::string& what) {
  throw DataError("variable '" + variable + "', row " + std::to_string(row + 1) + ": " + what);
}

}  // namespace

Column OdbcCursor::column_of(std::size_t place, std::size_t rows) {
  auto& bound = *bound_[place];
  const auto& name = bound.transfer.column.name;
  const auto each = [&]<class T>(T, auto&& value) {
    std::vector<T> out(rows);
    for (std::size_t i = 0; i < rows; ++i)
      out[i] = bound.missing(i) ? missing_value<T>() : value(i);
    return Column::own(bound.transfer.type, std::move(out));
  };
  const auto whole = [&]<class T>(T, std::size_t i, std::int64_t value) {
    if (!std::in_range<T>(value) || is_missing_value(static_cast<T>(value)))
      fail_value(name, row_ + static_cast<std::int64_t>(i),
                 std::to_string(value) + " does not fit into a whole number of " +
                     std::to_string(8 * sizeof(T)) +
                     " bits, of which the smallest means missing; cast the column in the query to "
                     "a larger type or to text");
    return static_cast<T>(value);
  };
  /// ASCII of a buffer of one width.
  const auto short_text = [&](std::size_t i) {
    const auto length = bound.lengths[i];
    if (length < 0 || static_cast<std::size_t>(length) >= bound.width)
      fail_value(
          name, row_ + static_cast<std::int64_t>(i),
          "has more characters than are read of a number: " + std::to_string(bound.width - 1) +
              "; cast the column to double precision in a query");
    return std::string(bound.at(i), static_cast<std::size_t>(length));
  };
  switch (bound.transfer.how) {
    case Transfer::kBit:
      return each(std::uint8_t{}, [&](std::size_t i) {
        return static_cast<std::uint8_t>(bound.value<std::uint8_t>(i) != 0);
      });
    case Transfer::kInt32:
      return each(std::int32_t{}, [&](std::size_t i) {
        return whole(std::int32_t{}, i, bound.value<std::int32_t>(i));
      });
    case Transfer::kInt32Range:
      return each(std::int32_t{}, [&](std::size_t i) {
        return whole(std::int32_t{}, i, bound.value<std::int64_t>(i));
      });
    case Transfer::kInt64:
      return each(std::int64_t{}, [&](std::size_t i) {
        return whole(std::int64_t{}, i, bound.value<std::int64_t>(i));
      });
    case Transfer::kFloat32:
      return each(float{}, [&](std::size_t i) { return bound.value<float>(i); });
    case Transfer::kFloat64:
      return each(double{}, [&](std::size_t i) { return bound.value<double>(i); });
    case Transfer::kDigits:
    case Transfer::kDoubleText:
      return each(double{}, [&](std::size_t i) {
        auto digits = short_text(i);
        if (digits.find('$') != std::string::npos)  // PostgreSQL's money
          std::erase_if(digits, [](char c) { return c == '$' || c == ','; });
        else
          with_point(digits);
        if (digits == "NaN") return missing_value<double>();
        if (digits.ends_with("Inf") || digits.ends_with("Infinity"))
          return digits.front() == '-' ? -HUGE_VAL : HUGE_VAL;
        const auto value = number_of_text(digits);
        if (!value)
          fail_value(name, row_ + static_cast<std::int64_t>(i), "is no number: " + digits);
        return *value;
      });
    case Transfer::kDays:
      return each(double{},
                  [&](std::size_t i) { return static_cast<double>(bound.value<std::int32_t>(i)); });
    case Transfer::kTimeText:
      return each(double{}, [&](std::size_t i) {
        const auto text = short_text(i);
        const double value = time_of_text(text);
        if (std::isnan(value))
          fail_value(name, row_ + static_cast<std::int64_t>(i),
                     "the time cannot be held: " + text + "; make it NULL in a query");
        return value;
      });
    case Transfer::kDateOrText:
    case Transfer::kTimeOrText:
      return each(double{}, [&](std::size_t i) {
        const auto text = short_text(i);
        const bool date = bound.transfer.how == Transfer::kDateOrText;
        const double value = date ? date_as_written(text) : time_as_written(text);
        if (std::isnan(value))
          fail_value(name, row_ + static_cast<std::int64_t>(i),
                     std::string("is no ") + (date ? "date" : "time") + ": " + printable(text) +
                         "; make it one (2020-01-31 12:00:00) or NULL in a query, or give the "
                         "column the type character in `colInfo`"_named);
        return value;
      });
    case Transfer::kDate:
      return each(double{},
                  [&](std::size_t i) { return date_value(bound.value<SQL_DATE_STRUCT>(i)); });
    case Transfer::kTimestamp:
      return each(double{},
                  [&](std::size_t i) { return time_value(bound.value<SQL_TIMESTAMP_STRUCT>(i)); });
    case Transfer::kOffsetTime:
    case Transfer::kText:
    case Transfer::kBytes:
      break;
    case Transfer::kRefused:
      throw Error("a column that is not read has no values");
  }
  const auto text_at = [&](std::size_t i, std::string& out) {
    const bool is_whole = i < bound.whole.size() && (bound.width == 0 || bound.cut_off(i));
    const char* bytes = is_whole ? bound.whole[i].data() : bound.at(i);
    const auto length =
        is_whole ? bound.whole[i].size() : static_cast<std::size_t>(bound.lengths[i]);
    out.clear();
    if (bound.type.code == SQL_C_WCHAR)
      append_utf8(out, {reinterpret_cast<const std::uint16_t*>(bytes), length / 2});
    else
      out.assign(bytes, length);
  };
  std::string text;
  const auto type = bound.transfer.column.sql_type;
  const bool decimal = type == SQL_DECIMAL || type == SQL_NUMERIC;
  // PostgreSQL writes them small, its driver large; SQL Server's are large.
  const bool small =
      bound.transfer.column.sql_type == SQL_GUID && line_.dialect() == SqlDialect::kPostgres;
  if (bound.transfer.how == Transfer::kOffsetTime)
    return each(double{}, [&](std::size_t i) {
      text_at(i, text);
      const double value = time_of_text(text);
      if (std::isnan(value))
        fail_value(name, row_ + static_cast<std::int64_t>(i), "is no time: " + text);
      return value;
    });
  StringBuilder builder;
  builder.reserve(rows, rows * 8);
  for (std::size_t i = 0; i < rows; ++i) {
    if (bound.missing(i)) {
      builder.append_missing();
      continue;
    }
    text_at(i, text);
    if (decimal) with_point(text);
    if (small) std::ranges::transform(text, text.begin(), ascii_lower);
    builder.append(text);
  }
  return builder.finish();
}

std::optional<Chunk> OdbcCursor::next() {
  if (ended_) return std::nullopt;
  // Values that are fetched one by one come together to blocks of a useful size.
  constexpr std::size_t kRowsTogether = 1024;
  std::vector<std::vector<Column>> pieces(bound_.size());
  std::size_t rows = 0;
  const auto target = rows_ == 1 ? kRowsTogether : std::size_t{1};
  while (rows < target && !ended_) {
    fetched_ = 0;
    auto* statement = statement_.get();
    std::exception_ptr failure;
    const auto code = line_.wait_for(statement, [&] {
      const auto fetched = driver_manager().fetch(statement);
      if (succeeded(fetched)) try {
          for (std::size_t row = 0; row < fetched_; ++row) {
            bool any = row_by_row_;
            for (const auto& each : bound_) any = any || each->cut_off(row);
            if (any) fetch_long_values(row);
          }
        } catch (...) {
          failure = std::current_exception();
        }
      return fetched;
    });
    if (failure) std::rethrow_exception(failure);
    if (code == SQL_NO_DATA || fetched_ == 0) {
      ended_ = true;
      break;
    }
    for (std::size_t i = 0; i < bound_.size(); ++i)
      pieces[i].push_back(column_of(i, static_cast<std::size_t>(fetched_)));
    rows += static_cast<std::size_t>(fetched_);
    row_ += static_cast<std::int64_t>(fetched_);
  }
  if (rows == 0) return std::nullopt;
  Chunk chunk{schema_, {}, rows, {}};
  for (auto& each : pieces)
    chunk.columns.push_back(each.size() == 1 ? std::move(each.front()) : concatenate(each));
  chunk.from.first_row = row_ - static_cast<std::int64_t>(rows);
  chunk.from.source_rows = static_cast<std::int64_t>(rows);
  return chunk;
}

}  // namespace insitu
