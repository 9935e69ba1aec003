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

template <class T, class... Format>
std::string shortest(T value, Format... format) {
  std::array<char, 400> text;
  return {text.data(), std::to_chars(text.data(), text.data() + text.size(), value, format...).ptr};
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

std::string shortest_text(double value) { return shortest(value); }
std::string shortest_text(float value) { return shortest(value); }
std::string shortest_text(std::int64_t value) { return shortest(value); }
std::string shortest_text(std::int32_t value) { return shortest(value); }

std::string exact_text(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "Inf" : "-Inf";
  auto scientific = shortest(value, std::chars_format::scientific);
  auto fixed = shortest(value, std::chars_format::fixed);
  return fixed.size() <= scientific.size() ? fixed : scientific;
}

std::string number_text(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "Inf" : "-Inf";
  if (value == 0) return "0";
  if (value == std::trunc(value) && std::fabs(value) < 1e5)  // the common case: short whole numbers
    return whole_text(static_cast<std::int64_t>(value));
  const auto text = scientific_text(value, 14);
  const auto e = text.find('e');
  const int exponent =
      static_cast<int>(number_of_text(std::string_view(text).substr(e + 1)).value_or(0));
  auto last = e - 1;  // the last digit that is not zero
  while (text[last] == '0') --last;
  const int negative = value < 0;
  const int significant =
      text[last] == '.' ? 1 : static_cast<int>(last) - negative;  // the point counts one digit
  const int scientific_width =
      negative + (significant > 1 ? significant + 1 : 1) + (std::abs(exponent) >= 100 ? 5 : 4);
  const int decimals = std::max(0, significant - exponent - 1);
  const int fixed_width = negative + std::max(exponent + 1, 1) + (decimals > 0 ? decimals + 1 : 0);
  return fixed_width <= scientific_width ? fixed_text(value, decimals)
                                         : scientific_text(value, significant - 1);
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
