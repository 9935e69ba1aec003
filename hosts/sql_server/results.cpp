#include "results.hpp"

#include <cmath>
#include <cstring>
#include <limits>
#include <utility>

#include "base/civil_date.hpp"
#include "base/error.hpp"
#include "data/time_ticks.hpp"

namespace insitu::sql_server {

void ResultColumn::add(std::optional<std::string_view> bytes) {
  const auto width = width_of(column_);
  if (!bytes) {
    bytes_.append(width, '\0');
    lengths_.push_back(SQL_NULL_DATA);
    return;
  }
  if (bytes->size() > kAnySize)
    throw DataError("a value of " + std::to_string(bytes->size()) + " bytes of column " +
                    column_.name + " is larger than the 2 GiB that SQL Server takes");
  bytes_ += *bytes;
  lengths_.push_back(static_cast<SQLINTEGER>(bytes->size()));
}

void* ResultColumn::data() { return bytes_.data(); }
SQLINTEGER* ResultColumn::lengths() { return lengths_.data(); }
void ResultColumn::clear() { bytes_.clear(), lengths_.clear(); }

namespace {

Described described(std::string name, SQLSMALLINT type, SQLULEN size) {
  return {.name = std::move(name), .type = type, .size = size};
}

std::optional<SQL_DATE_STRUCT> date_of(double days) {
  if (!(std::fabs(days) < 1e7)) return std::nullopt;  // far beyond the years of SQL
  const auto date = civil_from_days(static_cast<std::int64_t>(std::floor(days)));
  if (date.year < 1 || date.year > 9999) return std::nullopt;  // SQL has no such date
  return SQL_DATE_STRUCT{static_cast<SQLSMALLINT>(date.year), static_cast<SQLUSMALLINT>(date.month),
                         static_cast<SQLUSMALLINT>(date.day)};
}

std::optional<SQL_TIMESTAMP_STRUCT> time_of(double seconds) {
  if (!(std::fabs(seconds) < 1e12)) return std::nullopt;  // far beyond the years of SQL
  const auto micros = micros_of_seconds(seconds);
  const auto day = floor_divided(micros, 86'400'000'000);
  const auto date = date_of(static_cast<double>(day));
  if (!date) return std::nullopt;
  const auto within = micros - day * 86'400'000'000;
  return SQL_TIMESTAMP_STRUCT{date->year,
                              date->month,
                              date->day,
                              static_cast<SQLUSMALLINT>(within / 3'600'000'000),
                              static_cast<SQLUSMALLINT>(within / 60'000'000 % 60),
                              static_cast<SQLUSMALLINT>(within / 1'000'000 % 60),
                              static_cast<SQLUINTEGER>(within % 1'000'000 * 1000)};
}

}  // namespace

Described int_column(std::string name) { return described(std::move(name), SQL_C_SLONG, 4); }
Described bigint_column(std::string name) { return described(std::move(name), SQL_C_SBIGINT, 8); }
Described text_column(std::string name) {
  return described(std::move(name), SQL_C_WCHAR, kAnySize - 1);
}
Described binary_column(std::string name) {
  return described(std::move(name), SQL_C_BINARY, kAnySize);
}

Described column_of(const Field& field) {
  switch (field.type) {
    case Type::kLogical:
      return described(field.name, SQL_C_BIT, 1);
    case Type::kInt16:
    case Type::kUInt16:
    case Type::kInt32:
      return int_column(field.name);
    case Type::kInt64:
      return bigint_column(field.name);
    case Type::kFloat32:
      return described(field.name, SQL_C_FLOAT, 4);
    case Type::kFloat64:
      return described(field.name, SQL_C_DOUBLE, 8);
    case Type::kDate:
      return described(field.name, SQL_C_TYPE_DATE, sizeof(SQL_DATE_STRUCT));
    case Type::kDateTime: {
      auto column = described(field.name, SQL_C_TYPE_TIMESTAMP, sizeof(SQL_TIMESTAMP_STRUCT));
      column.digits = 6;
      return column;
    }
    case Type::kString:
    case Type::kFactor:
    case Type::kOrdered:
      break;
  }
  return text_column(field.name);
}

void add_values(ResultColumn& to, const Column& from) {
  for (std::size_t i = 0; i < from.size(); ++i) {
    if (from.is_missing(i)) {
      to.add(std::nullopt);
      continue;
    }
    switch (from.type()) {
      case Type::kLogical:
        to.add_value(from.values<std::uint8_t>()[i]);
        break;
      case Type::kInt16:
      case Type::kUInt16:
      case Type::kInt32:
        to.add_value(static_cast<std::int32_t>(from.number_at(i)));
        break;
      case Type::kInt64:
        to.add_value(from.values<std::int64_t>()[i]);
        break;
      case Type::kFloat32:
      case Type::kFloat64: {  // infinities are no values of SQL
        const auto value = from.number_at(i);
        if (!std::isfinite(value))
          to.add(std::nullopt);
        else if (from.type() == Type::kFloat32)
          to.add_value(static_cast<float>(value));
        else
          to.add_value(value);
        break;
      }
      case Type::kDate:
        if (const auto date = date_of(from.number_at(i)))
          to.add_value(*date);
        else
          to.add(std::nullopt);
        break;
      case Type::kDateTime:
        if (const auto time = time_of(from.number_at(i)))
          to.add_value(*time);
        else
          to.add(std::nullopt);
        break;
      case Type::kString:
        to.add(utf16_of_utf8(from.string_at(i)));
        break;
      case Type::kFactor:
      case Type::kOrdered:
        to.add(utf16_of_utf8((*from.levels())[static_cast<std::size_t>(from.number_at(i))]));
        break;
    }
  }
}

void** Results::data() {
  data_.clear();
  for (auto& column : columns) data_.push_back(column.data());
  return data_.data();
}

SQLINTEGER** Results::lengths() {
  lengths_.clear();
  for (auto& column : columns) lengths_.push_back(column.lengths());
  return lengths_.data();
}

}  // namespace insitu::sql_server
