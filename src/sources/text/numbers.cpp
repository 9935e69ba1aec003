#include "sources/text/numbers.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <limits>
#include <string>

namespace insitu {

namespace {

constexpr double kPowers10[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

bool is_digit(char c) { return static_cast<unsigned char>(c - '0') <= 9; }

/// The number with '.' as its decimal point and without thousands separators; false when a
/// separator does not stand between digits before the decimal point.
bool normalise(std::string_view text, const TextDialect& dialect, std::string& plain) {
  plain.clear();
  bool whole_part = true;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == dialect.decimal_point) {
      plain += '.';
      whole_part = false;
    } else if (dialect.thousands_separator != '\0' && c == dialect.thousands_separator) {
      if (!whole_part || i == 0 || i + 1 == text.size() || !is_digit(text[i - 1]) ||
          !is_digit(text[i + 1]))
        return false;
    } else if (c == '.') {
      return false;
    } else {
      if (!is_digit(c) && i > 0) whole_part = false;
      plain += c;
    }
  }
  return true;
}

bool plain_dialect(const TextDialect& dialect) {
  return dialect.decimal_point == '.' && dialect.thousands_separator == '\0';
}

bool special_float(std::string_view text, double& value) {
  const bool negative = !text.empty() && text[0] == '-';
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) text.remove_prefix(1);
  if (text == "Inf" || text == "inf" || text == "INF" || text == "Infinity" || text == "infinity") {
    value = negative ? -std::numeric_limits<double>::infinity()
                     : std::numeric_limits<double>::infinity();
    return true;
  }
  if (text == "NaN" || text == "nan" || text == "NAN") {
    value = std::numeric_limits<double>::quiet_NaN();
    return true;
  }
  return false;
}

/// The power of ten of the first digit that is not 0, roughly; tells overflow from underflow.
int magnitude(std::string_view text) {
  const auto mark = text.find_first_of("eE");
  int exponent = 0;
  if (mark != std::string_view::npos) {
    auto digits = text.substr(mark + 1);
    const bool negative = !digits.empty() && digits[0] == '-';
    for (const char c : digits)
      if (is_digit(c)) exponent = std::min(exponent * 10 + (c - '0'), 1000000);
    if (negative) exponent = -exponent;
  }
  int position = 0, first = 0;
  bool point = false, seen = false;
  for (const char c : text.substr(0, mark)) {
    if (c == '.')
      point = true;
    else if (is_digit(c)) {
      if (!seen && c != '0') seen = true, first = point ? -position - 1 : 0;
      if (point && !seen) ++position;
      if (!point && seen) ++first;
    }
  }
  return exponent + first;
}

/// std::from_chars with a leading '+', overflow to infinity and underflow to zero.
template <class T>
bool from_text(std::string_view text, T& value) {
  if (!text.empty() && text[0] == '+') {
    text.remove_prefix(1);
    if (!text.empty() && text[0] == '-') return false;
  }
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  if (result.ptr != text.data() + text.size()) return false;
  if (result.ec == std::errc()) return true;
  if (result.ec != std::errc::result_out_of_range) return false;
  value = magnitude(text) > 0 ? std::numeric_limits<T>::infinity() : T{0};
  if (text[0] == '-') value = -value;
  return true;
}

/// Decimal digits and a power of ten, when the text is that plain: at most 19 digits, no exponent.
struct Decimal {
  std::uint64_t mantissa = 0;
  int scale = 0;  ///< value = mantissa / 10^scale
  bool negative = false;
};

bool parse_decimal(std::string_view text, Decimal& decimal) {
  const char* p = text.data();
  const char* const end = p + text.size();
  if (p < end && (*p == '-' || *p == '+')) decimal.negative = *p++ == '-';
  const char* const first = p;
  std::uint64_t mantissa = 0;
  while (p < end && is_digit(*p)) mantissa = mantissa * 10 + static_cast<std::uint64_t>(*p++ - '0');
  auto digits = p - first;
  if (p < end && *p == '.') {
    const char* const point = ++p;
    while (p < end && is_digit(*p))
      mantissa = mantissa * 10 + static_cast<std::uint64_t>(*p++ - '0');
    decimal.scale = static_cast<int>(std::min<std::ptrdiff_t>(p - point, 1000));
    digits += p - point;
  }
  decimal.mantissa = mantissa;
  return p == end && digits > 0 && digits <= 19;
}

bool letters_ahead(std::string_view text) {
  for (const char c : text.substr(0, 2))
    if (c == 'i' || c == 'I' || c == 'n' || c == 'N') return true;
  return false;
}

template <class T>
bool parse_general(std::string_view text, const TextDialect& dialect, T& value) {
  std::string plain;
  if (!plain_dialect(dialect)) {
    if (!normalise(text, dialect, plain)) return false;
    text = plain;
  }
  if (text.empty()) return false;
  if (letters_ahead(text)) {
    double special = 0;
    if (!special_float(text, special)) return false;
    value = static_cast<T>(special);
    return true;
  }
  return from_text(text, value);
}

}  // namespace

bool parse_whole(std::string_view text, const TextDialect& dialect, std::int64_t& value) {
  text = trim_blanks(text);
  std::string plain;
  if (dialect.thousands_separator != '\0') {
    if (!normalise(text, dialect, plain)) return false;
    text = plain;
  }
  if (!text.empty() && text[0] == '+') {
    text.remove_prefix(1);
    if (text.empty() || !is_digit(text[0])) return false;
  }
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  return !text.empty() && result.ec == std::errc() && result.ptr == text.data() + text.size();
}

bool parse_float64(std::string_view text, const TextDialect& dialect, double& value) {
  text = trim_blanks(text);
  Decimal decimal;
  // Both operands are exact doubles, so the quotient is correctly rounded (Clinger 1990).
  if (plain_dialect(dialect) && parse_decimal(text, decimal) &&
      decimal.mantissa <= (std::uint64_t{1} << 53) && decimal.scale <= 22) {
    const double quotient = static_cast<double>(decimal.mantissa) / kPowers10[decimal.scale];
    value = decimal.negative ? -quotient : quotient;
    return true;
  }
  return parse_general(text, dialect, value);
}

bool parse_float32(std::string_view text, const TextDialect& dialect, float& value) {
  text = trim_blanks(text);
  Decimal decimal;
  if (plain_dialect(dialect) && parse_decimal(text, decimal) &&
      decimal.mantissa <= (std::uint64_t{1} << 53) && decimal.scale <= 22) {
    const double quotient = static_cast<double>(decimal.mantissa) / kPowers10[decimal.scale];
    // Rounding twice goes wrong only where the double lies in the middle between two floats, to its
    // last bit (the values here are far from float32's subnormal range, or zero).
    constexpr std::uint64_t kBelow = (std::uint64_t{1} << 29) - 1, kMiddle = std::uint64_t{1} << 28;
    if ((std::bit_cast<std::uint64_t>(quotient) & kBelow) != kMiddle) {
      value = static_cast<float>(decimal.negative ? -quotient : quotient);
      return true;
    }
  }
  return parse_general(text, dialect, value);
}

bool parse_logical(std::string_view text, bool& value) {
  text = trim_blanks(text);
  if (text == "TRUE" || text == "T" || text == "true" || text == "True") {
    value = true;
    return true;
  }
  if (text == "FALSE" || text == "F" || text == "false" || text == "False") {
    value = false;
    return true;
  }
  return false;
}

}  // namespace insitu
