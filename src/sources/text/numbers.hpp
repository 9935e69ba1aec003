#pragma once
// Numbers and logicals from text. Every function takes the text of one field, blanks around it
// allowed, and returns false when the whole of it is not such a value.
#include <cstdint>
#include <string_view>

#include "sources/text/dialect.hpp"

namespace insitu {

inline std::string_view trim_blanks(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// A whole number: sign, digits, thousands separators between digits where the dialect has them.
/// False beyond int64.
bool parse_whole(std::string_view, const TextDialect&, std::int64_t& value);

/// A number: decimals, exponent, Inf, NaN. Correctly rounded (to the nearest double).
bool parse_float64(std::string_view, const TextDialect&, double& value);

/// As above, rounded to float32 once, from the decimal text.
bool parse_float32(std::string_view, const TextDialect&, float& value);

/// TRUE, FALSE, T, F, true, false, True, False.
bool parse_logical(std::string_view, bool& value);

}  // namespace insitu
