#include "base/number_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

namespace insitu {

namespace {

std::string printed(double value, std::chars_format format, int precision) {
  // Fixed notation of the largest double has 309 digits before the point.
  std::string text(static_cast<std::size_t>(std::max(precision, 0)) + 330, '\0');
  const auto result =
      std::to_chars(text.data(), text.data() + text.size(), value, format, std::max(precision, 0));
  text.resize(static_cast<std::size_t>(result.ptr - text.data()));
  return text;
}

}  // namespace

std::string fixed_text(double value, int decimals) {
  return printed(value, std::chars_format::fixed, decimals);
}

std::string scientific_text(double value, int decimals) {
  return printed(value, std::chars_format::scientific, decimals);
}

std::string general_text(double value, int digits) {
  return printed(value, std::chars_format::general, digits);
}

std::string whole_text(std::int64_t value, int width, char fill) {
  std::array<char, 24> buffer{};
  const auto* end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
  const std::string_view digits(buffer.data(), static_cast<std::size_t>(end - buffer.data()));
  const auto wanted = static_cast<std::size_t>(std::max(width, 0));
  const std::string filling(wanted > digits.size() ? wanted - digits.size() : 0, fill);
  if (fill == '0' && value < 0) return "-" + filling + std::string(digits.substr(1));
  return filling + std::string(digits);
}

std::string hexadecimal_text(std::uint64_t value) {
  std::array<char, 24> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, 16).ptr;
  return {buffer.data(), end};
}

std::optional<NumberInText> leading_number(std::string_view text) {
  const std::size_t sign = !text.empty() && (text[0] == '+' || text[0] == '-') ? 1 : 0;
  const auto digits = text.substr(sign);
  if (digits.empty() || !(is_ascii_digit(digits[0]) || digits[0] == '.')) return std::nullopt;
  double value = 0;
  const auto result = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (result.ec == std::errc::invalid_argument) return std::nullopt;
  const auto length = static_cast<std::size_t>(result.ptr - digits.data());
  if (result.ec == std::errc::result_out_of_range) {
    // An exponent below zero, or leading zeros without an exponent, tell which side it left.
    const auto number = digits.substr(0, length);
    const auto e = number.find_first_of("eE");
    const bool small =
        e == number.npos ? number[0] == '0' || number[0] == '.' : number[e + 1] == '-';
    value = small ? 0 : std::numeric_limits<double>::infinity();
  }
  return NumberInText{sign && text[0] == '-' ? -value : value, sign + length};
}

std::optional<double> number_of_text(std::string_view text) {
  const auto number = leading_number(text);
  if (!number || number->length != text.size()) return std::nullopt;
  return number->value;
}

}  // namespace insitu
