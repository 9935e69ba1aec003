#include "odbc/packed_postgres.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>

#include "base/base64.hpp"
#include "data/time_ticks.hpp"
#include "odbc/cursor.hpp"
#include "odbc/time_text.hpp"

namespace insitu {

namespace {

// PostgreSQL counts from 2000-01-01.
constexpr std::int32_t kDaysTo2000 = 10957;
constexpr std::int64_t kSecondsTo2000 = std::int64_t{kDaysTo2000} * 86400;

bool is_text(const ColumnTransfer& transfer) {
  const auto& name = transfer.column.type_name;
  return transfer.how == Transfer::kText && (name == "text" || name == "varchar");
}

/// The function whose bytes are aggregated, and the bytes that stand for NULL.
struct Packing {
  std::string bytes, missing;
};

std::optional<Packing> packing_of(const ColumnTransfer& transfer, const std::string& c) {
  switch (transfer.how) {
    case Transfer::kBit:
      return Packing{"boolsend(" + c + ")", "\\xff"};
    case Transfer::kInt32:
      return Packing{"int4send(CAST(" + c + " AS int4))", "\\x80000000"};
    case Transfer::kInt64:
      return Packing{"int8send(CAST(" + c + " AS int8))", "\\x8000000000000000"};
    case Transfer::kFloat32:
      return Packing{"float4send(" + c + ")", "\\x7fc00000"};
    case Transfer::kFloat64:
      return Packing{"float8send(" + c + ")", "\\x7ff8000000000000"};
    case Transfer::kDigits:
      return Packing{"float8send(" + nearest_double(c) + ")", "\\x7ff8000000000000"};
    case Transfer::kDays:
      return Packing{"date_send(" + c + ")", "\\x80000000"};
    case Transfer::kTimeText:
      return Packing{"timestamp_send(CAST(" + c + " AS timestamp))", "\\x8000000000000000"};
    default:
      return std::nullopt;
  }
}

template <class U>
U big_endian(const char* at) {
  U value;
  std::memcpy(&value, at, sizeof(U));
  if constexpr (sizeof(U) == 4) return __builtin_bswap32(value);
  if constexpr (sizeof(U) == 8) return __builtin_bswap64(value);
  return value;
}

double time_since_2000(std::int64_t micros) {
  const auto seconds = floor_divided(micros, 1000000);
  return time_of_seconds(seconds + kSecondsTo2000, micros - seconds * 1000000);
}

/// One column out of its bytes.
class Unpacking {
 public:
  Unpacking(const ColumnTransfer& transfer, std::size_t rows, std::int64_t present,
            std::int64_t first_row)
      : transfer_(transfer), rows_(rows), present_(present), first_row_(first_row) {}

  /// Of numbers and times.
  Column values(std::string_view bytes) const {
    switch (transfer_.how) {
      case Transfer::kBit:
        return owned(each<std::uint8_t, std::uint8_t>(bytes));
      case Transfer::kInt32:
        return owned(wholes<std::int32_t>(bytes, false));
      case Transfer::kInt64:
        return owned(wholes<std::int64_t>(bytes, false));
      case Transfer::kFloat32:
        return owned(each<float, std::uint32_t>(bytes));
      case Transfer::kFloat64:
      case Transfer::kDigits:
        return owned(each<double, std::uint64_t>(bytes));
      case Transfer::kDays:
        return owned(times(wholes<std::int32_t>(bytes, true), [](std::int32_t days) {
          return static_cast<double>(std::int64_t{days} + kDaysTo2000);
        }));
      case Transfer::kTimeText:
        return owned(times(wholes<std::int64_t>(bytes, true), time_since_2000));
      default:
        throw Error("a column that is not packed has no packed values");
    }
  }

  Column texts(std::string_view lengths, std::string_view bytes) const {
    StringBuilder builder;
    builder.reserve(rows_, bytes.size());
    std::size_t at = 0;
    for (const auto length : each<std::int32_t, std::uint32_t>(lengths)) {
      if (length < 0) {
        builder.append_missing();
        continue;
      }
      if (bytes.size() - at < static_cast<std::size_t>(length)) damaged();
      builder.append(bytes.substr(at, static_cast<std::size_t>(length)));
      at += static_cast<std::size_t>(length);
    }
    if (at != bytes.size()) damaged();
    return builder.finish();
  }

 private:
  template <class T>
  Column owned(std::vector<T> values) const {
    return Column::own(transfer_.type, std::move(values));
  }

  /// Numbers whose bits arrive as those of U.
  template <class T, class U>
  std::vector<T> each(std::string_view bytes) const {
    if (bytes.size() != rows_ * sizeof(U)) damaged();
    std::vector<T> out(rows_);
    for (std::size_t i = 0; i < rows_; ++i)
      out[i] = std::bit_cast<T>(big_endian<U>(bytes.data() + i * sizeof(U)));
    return out;
  }

  /// Whole numbers whose smallest stands for NULL: no value may be that one. `times`: nor the
  /// largest, as both stand for infinite ones.
  template <class T>
  std::vector<T> wholes(std::string_view bytes, bool times) const {
    auto all = each<T, std::make_unsigned_t<T>>(bytes);
    std::int64_t missing = 0;
    for (const T value : all) missing += is_missing_value(value);
    if (missing != static_cast<std::int64_t>(rows_) - present_) refuse(missing_value<T>());
    constexpr T kLargest = std::numeric_limits<T>::max();
    if (times && std::ranges::find(all, kLargest) != all.end()) refuse(kLargest);
    return all;
  }

  template <class T, class F>
  static std::vector<double> times(const std::vector<T>& wholes, F&& time) {
    std::vector<double> out(wholes.size());
    for (std::size_t i = 0; i < out.size(); ++i)
      out[i] = is_missing_value(wholes[i]) ? missing_value<double>() : time(wholes[i]);
    return out;
  }

  [[noreturn]] void damaged() const {
    throw DataError("variable '" + transfer_.column.name + "': the server packed other rows");
  }
  [[noreturn]] void refuse(std::int64_t value) const {
    throw DataError("variable '" + transfer_.column.name + "', among the rows from " +
                    std::to_string(first_row_ + 1) + " on: " + std::to_string(value) +
                    " means missing or infinite here and cannot be held");
  }

  const ColumnTransfer& transfer_;
  std::size_t rows_;
  std::int64_t present_, first_row_;
};

}  // namespace

std::optional<PackedSelect> packed_select(const std::vector<std::string>& columns,
                                          const std::vector<ColumnTransfer>& transfers,
                                          const std::string& from) {
  PackedSelect packed;
  packed.transfers = transfers;
  std::string inner, outer = "SELECT count(*)";
  const auto aggregate = [&](const std::string& bytes, const std::string& missing) {
    // As base64: the driver decodes bytes slowly, and hands over texts as they are, but for the
    // last character, which it may take for an end.
    outer += ", encode(string_agg(" +
             (missing.empty() ? bytes : "COALESCE(" + bytes + ", '" + missing + "'::bytea)") +
             ", ''::bytea), 'base64') || '.'";
  };
  for (std::size_t i = 0; i < transfers.size(); ++i) {
    const auto c = "c" + std::to_string(i);
    inner += (i ? ", " : "") + columns[i] + " AS " + c;
    outer += ", count(" + c + ")";
    if (is_text(transfers[i])) {
      aggregate("int4send(octet_length(textsend(" + c + ")))", "\\xffffffff");
      aggregate("textsend(" + c + ")", "");
    } else if (const auto packing = packing_of(transfers[i], c)) {
      aggregate(packing->bytes, packing->missing);
    } else {
      return std::nullopt;
    }
  }
  if (transfers.empty()) return std::nullopt;
  packed.statement = outer + " FROM (SELECT " + inner + " FROM " + from + ") AS insitu_packed";
  return packed;
}

Chunk read_packed(OdbcLine& line, const PackedSelect& packed, std::int64_t first_row) {
  auto executed = line.execute(packed.statement);
  std::vector<ColumnTransfer> transfers;
  for (const auto& each : line.columns_of(executed.get())) {
    transfers.push_back(transfer_of(each, line.dialect(), true));
    auto& transfer = transfers.back();
    transfer.column.name = std::to_string(transfers.size());
    if (transfer.how == Transfer::kText) transfer.how = Transfer::kBytes;
  }
  OdbcCursor cursor(line, std::move(executed), std::move(transfers), 1);
  const auto row = cursor.next();
  if (!row || row->rows != 1) throw DataError("the server gave no packed rows");
  std::size_t place = 0;
  const auto count = [&] { return row->columns.at(place++).values<std::int64_t>()[0]; };
  const auto bytes = [&] {
    auto text = row->columns.at(place++).string_at(0);
    if (!text.empty()) text.remove_suffix(1);
    try {
      return from_base64(text);
    } catch (const InvalidArgument&) {
      throw DataError("the driver changed packed rows");
    }
  };
  const auto rows = static_cast<std::size_t>(count());
  std::vector<Field> fields;
  Chunk chunk{nullptr, {}, rows, {}};
  for (const auto& transfer : packed.transfers) {
    fields.push_back({.name = transfer.column.name, .type = transfer.type});
    const auto present = count();
    const Unpacking unpack(transfer, rows, present, first_row);
    const auto packed_values = bytes();
    chunk.columns.push_back(is_text(transfer) ? unpack.texts(packed_values, bytes())
                                              : unpack.values(packed_values));
  }
  chunk.from.first_row = first_row;
  chunk.from.source_rows = static_cast<std::int64_t>(rows);
  chunk.schema = std::make_shared<const Schema>(std::move(fields));
  return chunk;
}

}  // namespace insitu
