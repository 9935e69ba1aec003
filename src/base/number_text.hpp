#pragma once
// Numbers to text and back without the process's locale, which belongs to the host (R, Python) and
// may write 1,5. Everything that prints or reads a number goes through here or through
// std::to_chars and std::from_chars; tools/check_locale.py holds the sources to it.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace insitu {

/// C's "%.*f": `decimals` digits after the point. Infinite values are "inf" and "-inf", NaN is
/// "nan", here and below.
std::string fixed_text(double value, int decimals);
/// C's "%.*e": `decimals` digits after the point, an exponent of at least two digits.
std::string scientific_text(double value, int decimals);
/// C's "%.*g": `digits` significant digits without trailing zeros.
std::string general_text(double value, int digits);
/// A whole number in decimal, filled up to `width` characters on the left (after the sign, if the
/// filling is '0').
std::string whole_text(std::int64_t value, int width = 0, char fill = '0');
/// In hexadecimal, lower case.
std::string hexadecimal_text(std::uint64_t value);

/// The shortest text that reads back as the same number, as C writes numbers: "0.1", "1e+20".
std::string shortest_text(double value);
std::string shortest_text(float value);
std::string shortest_text(std::int64_t value);
std::string shortest_text(std::int32_t value);
/// The same as constants of expressions are written, fixed or scientific, the narrower (fixed on
/// ties): "0.1", "1e+20", "Inf", "NaN".
std::string exact_text(double value);
/// As R's as.character writes a number: 15 significant digits, fixed or scientific, the narrower.
std::string number_text(double value);

/// The number at the beginning of a text, and how many characters it takes: digits with a point,
/// an exponent, a sign. Nothing where there is none. Too large is infinite, too small is zero.
struct NumberInText {
  double value = 0;
  std::size_t length = 0;
};
std::optional<NumberInText> leading_number(std::string_view text);
/// A text that is a number from the first to the last character.
std::optional<double> number_of_text(std::string_view text);

// Letters, digits and blanks of ASCII; any other byte is none of them.
constexpr bool is_ascii_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_ascii_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
constexpr bool is_ascii_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
constexpr char ascii_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
constexpr char ascii_upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

}  // namespace insitu
