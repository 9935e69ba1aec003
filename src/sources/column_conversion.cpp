#include "sources/column_conversion.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <string_view>

#include "base/error.hpp"
#include "base/named.hpp"
#include "sources/text/format.hpp"
#include "sources/text/levels.hpp"
#include "sources/text/numbers.hpp"
#include "sources/text/times.hpp"

namespace insitu {

namespace {

bool is_moment(Type type) { return type == Type::kDate || type == Type::kDateTime; }

/// Numbers and logicals: what has digits for a text.
bool is_number(Type type) { return is_numeric(type) && !is_moment(type); }

/// Values of the column as texts, as they would be written down; shortest digits that read back.
class Texts {
 public:
  explicit Texts(const Column& column) : column_(column) {}

  /// REQUIRES: not missing. Valid until the next call.
  std::string_view at(std::size_t i) {
    const auto type = column_.type();
    if (type == Type::kString) return column_.string_at(i);
    if (is_factor(type)) {
      const auto code = static_cast<std::size_t>(column_.values<std::int32_t>()[i]);
      if (!column_.levels() || code >= column_.levels()->size())
        throw DataError("a factor code has no level");
      return (*column_.levels())[code];
    }
    text_.clear();
    if (type == Type::kLogical)
      text_ = column_.number_at(i) != 0 ? "TRUE" : "FALSE";
    else if (type == Type::kDate)
      append_date(text_, column_.number_at(i));
    else if (type == Type::kDateTime)
      append_datetime(text_, column_.number_at(i));
    else
      dispatch(type, [&]<class T>(T*) { write(column_.values<T>()[i]); });
    return text_;
  }

 private:
  template <class T>
  void write(T value) {
    std::array<char, 400> digits;  // a double in full has up to 309 digits
    std::to_chars_result end;
    if constexpr (std::is_floating_point_v<T>) {
      // Plain digits where people write them so: 100000, not 1e+05.
      const bool plain = std::abs(value) < T(1e15) && (std::abs(value) >= T(1e-4) || value == 0);
      end = std::to_chars(digits.data(), digits.data() + digits.size(), value,
                          plain ? std::chars_format::fixed : std::chars_format::scientific);
    } else {
      end = std::to_chars(digits.data(), digits.data() + digits.size(), value);
    }
    text_.assign(digits.data(), end.ptr);
  }

  const Column& column_;
  std::string text_;
};

class Conversion {
 public:
  Conversion(const Column& column, Type to, const std::string& variable, std::int64_t first_row)
      : column_(column), to_(to), variable_(variable), first_row_(first_row), texts_(column) {}

  Column run() {
    if (is_factor(to_)) return to_factor();
    if (to_ == Type::kString) return to_text();
    if (to_ == Type::kLogical) return each<std::uint8_t>([&](std::size_t i) { return truth(i); });
    if (to_ == Type::kFloat32) return each<float>([&](std::size_t i) { return single(i); });
    if (to_ == Type::kInt16) return wholes<std::int16_t>();
    if (to_ == Type::kUInt16) return wholes<std::uint16_t>();
    if (to_ == Type::kInt32) return wholes<std::int32_t>();
    if (to_ == Type::kInt64) return wholes<std::int64_t>();
    return each<double>([&](std::size_t i) { return number(i); });
  }

 private:
  [[noreturn]] void fail(std::size_t i) {
    const auto row = first_row_ < 0
                         ? std::string()
                         : ", row " + std::to_string(first_row_ + 1 + static_cast<std::int64_t>(i));
    throw DataError("variable '" + variable_ + "'" + row +
                    " holds a value that `colInfo` cannot read as "_named +
                    std::string(type_name(to_)) + ": " + std::string(texts_.at(i)) +
                    "; leave it as it is and convert it with transforms");
  }

  template <class T, class F>
  Column each(F&& value) {
    std::vector<T> out(column_.size());
    for (std::size_t i = 0; i < out.size(); ++i)
      out[i] = column_.is_missing(i) ? missing_value<T>() : static_cast<T>(value(i));
    return Column::own(to_, std::move(out));
  }

  bool has_text() const { return column_.type() == Type::kString || is_factor(column_.type()); }

  double number(std::size_t i) {
    constexpr double kDaySeconds = 86400;
    if (has_text()) {
      double value = 0;
      const bool read = to_ == Type::kDate       ? date_.parse_date(texts_.at(i), value)
                        : to_ == Type::kDateTime ? time_.parse_datetime(texts_.at(i), value)
                                                 : parse_float64(texts_.at(i), {}, value);
      if (!read) fail(i);
      return value;
    }
    const double value = column_.number_at(i);
    if (to_ == Type::kDate && column_.type() == Type::kDateTime)
      return std::floor(value / kDaySeconds);
    if (to_ == Type::kDateTime && column_.type() == Type::kDate) return value * kDaySeconds;
    return value;
  }

  float single(std::size_t i) {
    float value = 0;
    if (!has_text()) return static_cast<float>(column_.number_at(i));
    if (!parse_float32(texts_.at(i), {}, value)) fail(i);
    return value;
  }

  bool truth(std::size_t i) {
    bool value = false;
    if (has_text()) {
      if (!parse_logical(texts_.at(i), value)) fail(i);
      return value;
    }
    const double number = column_.number_at(i);
    if (number != 0 && number != 1) fail(i);
    return number == 1;
  }

  template <class T>
  Column wholes() {
    return each<T>([&](std::size_t i) { return whole<T>(i); });
  }

  template <class T>
  T whole(std::size_t i) {
    std::int64_t value = 0;
    if (has_text()) {
      if (!parse_whole(texts_.at(i), {}, value)) fail(i);
    } else if (column_.type() == Type::kInt64) {
      value = column_.values<std::int64_t>()[i];
    } else {
      const double number = column_.number_at(i);
      // 2^63 and beyond do not fit; every double below does.
      if (!(number >= -0x1p63 && number < 0x1p63) || number != std::trunc(number)) fail(i);
      value = static_cast<std::int64_t>(number);
    }
    // One code of each type stands for missing values.
    if (!std::in_range<T>(value) || is_missing_value(static_cast<T>(value))) fail(i);
    return static_cast<T>(value);
  }

  Column to_text() {
    StringBuilder builder;
    builder.reserve(column_.size(), 8 * column_.size());
    for (std::size_t i = 0; i < column_.size(); ++i)
      column_.is_missing(i) ? builder.append_missing() : builder.append(texts_.at(i));
    return builder.finish();
  }

  Column to_factor() {
    if (is_factor(column_.type()))
      return Column(to_, column_.size(), column_.data(), std::make_shared<Column>(column_),
                    column_.levels());
    std::vector<std::string> levels;
    SpellingTable places;
    std::vector<std::int32_t> codes(column_.size());
    for (std::size_t i = 0; i < codes.size(); ++i) {
      if (column_.is_missing(i)) {
        codes[i] = kMissingCode;
        continue;
      }
      const auto text = texts_.at(i);
      if (const auto* place = places.find(text)) {
        codes[i] = *place;
        continue;
      }
      codes[i] = static_cast<std::int32_t>(levels.size());
      places.insert(text, codes[i]);
      levels.emplace_back(text);
    }
    return Column::own(to_, std::move(codes), make_levels(std::move(levels)));
  }

  const Column& column_;
  Type to_;
  const std::string& variable_;
  std::int64_t first_row_;
  Texts texts_;
  TimePattern date_{"colInfo", "%Y-%m-%d", 0};
  TimePattern time_{"colInfo", "%Y-%m-%d[T][ ][%H:%M[:%S]][Z]", 0};
};

}  // namespace

std::optional<std::string> no_conversion(Type from, Type to) {
  const bool reads_digits = is_number(to);
  if ((is_moment(from) && reads_digits && to != Type::kFloat64) ||
      (from == Type::kLogical && is_moment(to)))
    return std::string(type_name(from)) + " cannot be read as " + std::string(type_name(to));
  return std::nullopt;
}

Column converted(const Column& column, Type to, const std::string& variable,
                 std::int64_t first_row) {
  if (column.type() == to) return column;
  return Conversion(column, to, variable, first_row).run();
}

}  // namespace insitu
