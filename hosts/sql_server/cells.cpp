#include "cells.hpp"

#include <array>
#include <charconv>
#include <cstring>
#include <vector>

#include "base/civil_date.hpp"
#include "base/error.hpp"
#include "base/utf16.hpp"
#include "base/utf8.hpp"
#include "data/time_ticks.hpp"
#include "sources/encoding.hpp"

namespace insitu::sql_server {

namespace {

constexpr SQLULEN kLargeObject = 8000;  // beyond it a size says only that the values are large

bool is_packed(SQLSMALLINT type) {
  return type == SQL_C_CHAR || type == SQL_C_WCHAR || type == SQL_C_BINARY;
}

/// Types whose lengths are told even where the column cannot be NULL.
bool always_has_lengths(SQLSMALLINT type) {
  return is_packed(type) || type == SQL_C_NUMERIC || type == SQL_C_TYPE_TIMESTAMP;
}

template <class T>
T copied(std::string_view bytes) {
  T value;
  std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

[[noreturn]] void wrong(const Described& column, std::size_t row, const std::string& what) {
  throw DataError("column " + column.name + ", row " + std::to_string(row + 1) + ": " + what);
}

double seconds_of(const Described& column, std::size_t row, const SQL_TIMESTAMP_STRUCT& t) {
  if (t.month < 1 || t.month > 12 || t.day < 1 || t.day > 31 || t.hour > 23 || t.minute > 59 ||
      t.second > 61 || t.fraction > 999'999'999)
    wrong(column, row, "this is no point in time");
  const auto seconds = days_from_civil(t.year, t.month, t.day) * 86400 +
                       std::int64_t{t.hour} * 3600 + std::int64_t{t.minute} * 60 + t.second;
  // Whole microseconds: what Arrow and R keep of a fraction.
  return seconds_of_ticks(seconds * 1000000 + static_cast<std::int64_t>(t.fraction / 1000),
                          1000000);
}

double days_of(const Described& column, std::size_t row, const SQL_DATE_STRUCT& d) {
  if (d.month < 1 || d.month > 12 || d.day < 1 || d.day > 31) wrong(column, row, "this is no date");
  return static_cast<double>(days_from_civil(d.year, d.month, d.day));
}

/// Values of T read by `read(bytes, row)`, NULL as the engine's missing value.
template <class T, class Read>
Column collected(Type type, Cells& cells, std::size_t begin, std::size_t count, const Read& read) {
  std::vector<T> values(count, missing_value<T>());
  for (std::size_t i = 0; i < count; ++i) {
    const auto row = begin + i;
    if (cells.is_null(row)) continue;
    values[i] = static_cast<T>(read(cells.at(row), row));
    if constexpr (std::is_integral_v<T>)
      if (is_missing_value(values[i]))
        wrong(cells.column(), row,
              std::to_string(values[i]) +
                  " stands for a missing value in the engine; select it as " +
                  (type == Type::kInt32 ? "CAST(... AS bigint)" : "CAST(... AS decimal(19, 0))"));
  }
  return Column::own(type, std::move(values));
}

template <class Read>
Column texts(Cells& cells, std::size_t begin, std::size_t count, const Read& read) {
  StringBuilder builder;
  for (std::size_t row = begin; row < begin + count; ++row) {
    if (cells.is_null(row))
      builder.append_missing();
    else
      builder.append(read(cells.at(row), row));
  }
  return builder.finish();
}

}  // namespace

std::string_view sql_name(SQLSMALLINT type) {
  switch (type) {
    case SQL_C_BIT:
      return "bit";
    case SQL_C_UTINYINT:
      return "tinyint";
    case SQL_C_SSHORT:
      return "smallint";
    case SQL_C_SLONG:
      return "int";
    case SQL_C_SBIGINT:
      return "bigint";
    case SQL_C_FLOAT:
      return "real";
    case SQL_C_DOUBLE:
      return "float";
    case SQL_C_NUMERIC:
      return "decimal";
    case SQL_C_CHAR:
      return "varchar";
    case SQL_C_WCHAR:
      return "nvarchar";
    case SQL_C_BINARY:
      return "varbinary";
    case SQL_C_TYPE_DATE:
      return "date";
    case SQL_C_TYPE_TIMESTAMP:
      return "datetime2";
    case SQL_C_GUID:
      return "uniqueidentifier";
    default:
      return "";
  }
}

std::size_t width_of(const Described& column) {
  switch (column.type) {
    case SQL_C_BIT:
    case SQL_C_UTINYINT:
      return 1;
    case SQL_C_SSHORT:
      return 2;
    case SQL_C_SLONG:
    case SQL_C_FLOAT:
      return 4;
    case SQL_C_SBIGINT:
    case SQL_C_DOUBLE:
      return 8;
    case SQL_C_NUMERIC:
      return sizeof(SQL_NUMERIC_STRUCT);
    case SQL_C_TYPE_DATE:
      return sizeof(SQL_DATE_STRUCT);
    case SQL_C_TYPE_TIMESTAMP:
      return sizeof(SQL_TIMESTAMP_STRUCT);
    case SQL_C_GUID:
      return sizeof(SQLGUID);
    case SQL_C_CHAR:
    case SQL_C_WCHAR:
    case SQL_C_BINARY:
      return 0;
    default:
      throw Unsupported(column.name + " has ODBC's C type " + std::to_string(column.type) +
                        ", which is not read here: cast it in the SELECT list");
  }
}

Cells::Cells(const Described& column, std::size_t rows, const void* data, const SQLINTEGER* lengths)
    : column_(&column),
      rows_(rows),
      width_(width_of(column)),
      data_(static_cast<const char*>(data)),
      lengths_(lengths) {
  // Where nothing can be NULL the array may be anything.
  if (!column.nullable && !always_has_lengths(column.type)) lengths_ = nullptr;
  all_null_ = is_packed(column.type) && !lengths_;
  if (rows && !data_ && !all_null_) {
    bool needed = !lengths_;
    for (std::size_t i = 0; lengths_ && i < rows && !needed; ++i) needed = lengths_[i] > 0;
    if (needed || (!is_packed(column.type) && !lengths_))
      throw DataError("column " + column.name + " has no array of values");
  }
  if (!lengths_) return;
  for (std::size_t i = 0; i < rows; ++i) {
    const auto length = lengths_[i];
    if (length == SQL_NULL_DATA) continue;
    if (length < 0) wrong(column, i, "its length is " + std::to_string(length));
    if (!is_packed(column.type)) continue;
    if (column.size > 0 && column.size <= kLargeObject &&
        static_cast<SQLULEN>(length) > column.size)
      wrong(column, i,
            "its length is " + std::to_string(length) + ", but the column's is " +
                std::to_string(column.size));
    if (column.type == SQL_C_WCHAR && length % 2)
      wrong(column, i, "its length is odd: " + std::to_string(length));
  }
}

bool Cells::is_null(std::size_t row) const {
  return all_null_ || (lengths_ && lengths_[row] == SQL_NULL_DATA);
}

std::string_view Cells::at(std::size_t row) {
  if (is_null(row)) return {};
  if (width_) return {data_ + row * width_, width_};
  if (row < next_) next_ = offset_ = 0;
  for (; next_ < row; ++next_)
    if (lengths_[next_] != SQL_NULL_DATA) offset_ += static_cast<std::size_t>(lengths_[next_]);
  const auto length = static_cast<std::size_t>(lengths_[row]);
  return length ? std::string_view(data_ + offset_, length) : std::string_view();
}

Field field_of(const Described& column) {
  width_of(column);  // throws
  Field field;
  field.name = column.name;
  switch (column.type) {
    case SQL_C_BIT:
      field.type = Type::kLogical;
      break;
    case SQL_C_UTINYINT:
    case SQL_C_SSHORT:
    case SQL_C_SLONG:
      field.type = Type::kInt32;
      break;
    case SQL_C_SBIGINT:
      field.type = Type::kInt64;
      break;
    case SQL_C_FLOAT:
      field.type = Type::kFloat32;
      break;
    case SQL_C_TYPE_DATE:
      field.type = Type::kDate;
      break;
    case SQL_C_TYPE_TIMESTAMP:
      field.type = Type::kDateTime;
      break;
    case SQL_C_CHAR:
    case SQL_C_WCHAR:
    case SQL_C_GUID:
      field.type = Type::kString;
      break;
    case SQL_C_BINARY:
      throw Unsupported(
          "column " + column.name +
          " is binary, which no analysis reads: leave it out of the query, or cast it");
    default:
      field.type = Type::kFloat64;
  }
  return field;
}

Column values_of(Cells& cells, std::size_t begin, std::size_t count) {
  const auto& column = cells.column();
  const auto number = [&]<class T>(T*) {
    return [](std::string_view bytes, std::size_t) { return copied<T>(bytes); };
  };
  switch (column.type) {
    case SQL_C_BIT:  // bytes 0 and 1, or their characters
      return collected<std::uint8_t>(
          Type::kLogical, cells, begin, count,
          [](std::string_view bytes, std::size_t) { return bytes[0] != 0 && bytes[0] != '0'; });
    case SQL_C_UTINYINT:
      return collected<std::int32_t>(Type::kInt32, cells, begin, count,
                                     number(static_cast<std::uint8_t*>(nullptr)));
    case SQL_C_SSHORT:
      return collected<std::int32_t>(Type::kInt32, cells, begin, count,
                                     number(static_cast<std::int16_t*>(nullptr)));
    case SQL_C_SLONG:
      return collected<std::int32_t>(Type::kInt32, cells, begin, count,
                                     number(static_cast<std::int32_t*>(nullptr)));
    case SQL_C_SBIGINT:
      return collected<std::int64_t>(Type::kInt64, cells, begin, count,
                                     number(static_cast<std::int64_t*>(nullptr)));
    case SQL_C_FLOAT:
      return collected<float>(Type::kFloat32, cells, begin, count,
                              number(static_cast<float*>(nullptr)));
    case SQL_C_DOUBLE:
      return collected<double>(Type::kFloat64, cells, begin, count,
                               number(static_cast<double*>(nullptr)));
    case SQL_C_NUMERIC:
      return collected<double>(Type::kFloat64, cells, begin, count,
                               [](std::string_view bytes, std::size_t) {
                                 return number_of(copied<SQL_NUMERIC_STRUCT>(bytes));
                               });
    case SQL_C_TYPE_DATE:
      return collected<double>(Type::kDate, cells, begin, count,
                               [&](std::string_view bytes, std::size_t row) {
                                 return days_of(column, row, copied<SQL_DATE_STRUCT>(bytes));
                               });
    case SQL_C_TYPE_TIMESTAMP:
      return collected<double>(
          Type::kDateTime, cells, begin, count, [&](std::string_view bytes, std::size_t row) {
            return seconds_of(column, row, copied<SQL_TIMESTAMP_STRUCT>(bytes));
          });
    case SQL_C_GUID:
      return texts(cells, begin, count, [](std::string_view bytes, std::size_t) {
        return text_of(copied<SQLGUID>(bytes));
      });
    case SQL_C_WCHAR:
      return texts(cells, begin, count,
                   [](std::string_view bytes, std::size_t) { return utf8_of_utf16(bytes); });
    default:
      return texts(cells, begin, count, [&](std::string_view bytes, std::size_t row) {
        if (find_invalid_utf8(bytes) != std::string_view::npos)
          wrong(column, row, "this text is not UTF-8: " + printable(bytes));
        return bytes;
      });
  }
}

std::string text_of(const SQL_NUMERIC_STRUCT& number) {
  if (number.precision > 38 || number.scale < 0 || number.scale > 38)
    throw DataError("a decimal with precision " + std::to_string(number.precision) + ", scale " +
                    std::to_string(number.scale));
  __extension__ typedef unsigned __int128 Magnitude;
  Magnitude magnitude = 0;
  for (int i = SQL_MAX_NUMERIC_LEN - 1; i >= 0; --i) magnitude = magnitude << 8 | number.val[i];
  std::string digits;
  for (; magnitude; magnitude /= 10)
    digits += static_cast<char>('0' + static_cast<int>(magnitude % 10));
  const auto scale = static_cast<std::size_t>(static_cast<unsigned char>(number.scale));
  while (digits.size() <= scale) digits += '0';
  std::string text = number.sign ? "" : "-";
  for (auto i = digits.size(); i-- > 0;) {
    text += digits[i];
    if (i == scale && scale) text += '.';
  }
  return text;
}

double number_of(const SQL_NUMERIC_STRUCT& number) {
  // Read from its digits, so that it is rounded once.
  const auto text = text_of(number);
  double value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::string text_of(const SQLGUID& guid) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  std::string text;
  const auto put = [&](std::uint64_t value, int digits) {
    for (int i = digits - 1; i >= 0; --i) text += kDigits[value >> (4 * i) & 15];
  };
  put(guid.Data1, 8), text += '-', put(guid.Data2, 4), text += '-', put(guid.Data3, 4), text += '-';
  for (int i = 0; i < 8; ++i) {
    put(guid.Data4[i], 2);
    if (i == 1) text += '-';
  }
  return text;
}

std::string utf8_of_utf16(std::string_view bytes) {
  std::vector<std::uint16_t> wide(bytes.size() / 2);  // the host's bytes lie anywhere
  if (!wide.empty()) std::memcpy(wide.data(), bytes.data(), 2 * wide.size());
  return utf8_text(wide);
}

std::string utf16_of_utf8(std::string_view text) {
  const auto wide = wide_text(text);
  return {reinterpret_cast<const char*>(wide.data()), 2 * (wide.size() - 1)};
}

}  // namespace insitu::sql_server
