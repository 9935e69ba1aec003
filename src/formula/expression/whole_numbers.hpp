#pragma once
// int64 among the numbers of expressions: compared with any number, matched, chosen and computed
// with exactly, beyond the 2^53 up to which doubles are whole. Private to src/formula.
#include <cmath>
#include <compare>
#include <cstdint>
#include <optional>

#include "formula/expression/value.hpp"

namespace insitu {

inline bool is_wide(const Value& value) { return value.column.type() == Type::kInt64; }

/// The double as an int64, if it is one.
inline std::optional<std::int64_t> whole_of(double x) {
  if (!(x >= -0x1p63 && x < 0x1p63) || x != std::trunc(x)) return std::nullopt;
  const auto whole = static_cast<std::int64_t>(x);
  return is_missing_value(whole) ? std::nullopt : std::optional(whole);
}

/// Whether all values are int64s (or missing) for any rows: whole numbers of any width, logicals,
/// and constants without a fraction.
bool holds_whole_numbers(const Value&);
/// The values as int64. REQUIRES: holds_whole_numbers.
Items<std::int64_t> whole_numbers(const Value&);

/// Whether an operation on these answers in int64: one of them is, and the others are whole.
template <class... Values>
bool stays_wide(const Values&... values) {
  return (is_wide(values) || ...) && (holds_whole_numbers(values) && ...);
}

/// The order of a whole number and any number that is not NaN, as on the number line.
inline std::strong_ordering order_of(std::int64_t a, double b) {
  if (b >= 0x1p63) return std::strong_ordering::less;
  if (b < -0x1p63) return std::strong_ordering::greater;
  const double below = std::floor(b);
  const auto order = a <=> static_cast<std::int64_t>(below);
  return order == 0 && b > below ? std::strong_ordering::less : order;
}

/// + - * %% ('%') and %/% ('d'). A result beyond 64 bits is an error that says so; division by zero
/// is missing. REQUIRES: stays_wide.
Value wide_arithmetic(const FunctionCall&, const Shape&, char op, const Value& left,
                      const Value& right);

/// -x. REQUIRES: int64.
Value wide_negative(const Value&);

}  // namespace insitu
