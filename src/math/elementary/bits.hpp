#pragma once
// Doubles as their bits, and what all functions of src/math/elementary say in common.
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "math/double_double.hpp"

namespace insitu::elementary {

/// One NaN with the same bits on every machine; machines make NaNs of either sign.
inline constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
inline constexpr double kInfinity = std::numeric_limits<double>::infinity();
inline constexpr double kSmallestNormal = std::numeric_limits<double>::min();
inline constexpr double kLargest = std::numeric_limits<double>::max();

/// Added and taken away again, rounds to a whole number; the sum's low bits are that number.
inline constexpr double kRounder = 0x1.8p52;

inline std::uint64_t bits_of(double x) { return std::bit_cast<std::uint64_t>(x); }
inline double from_bits(std::uint64_t bits) { return std::bit_cast<double>(bits); }
/// 2^k. REQUIRES: -1022 <= k <= 1023.
inline double power_of_two(std::int64_t k) {
  return from_bits(static_cast<std::uint64_t>(k + 1023) << 52);
}
inline bool is_whole(double x) { return std::trunc(x) == x; }
inline bool is_odd(double x) {
  const double half = 0.5 * x;
  return is_whole(x) && std::trunc(half) != half;
}
/// A NaN as it came in (its payload may be R's NA), made quiet.
inline double same_nan(double x) { return x + x; }

/// c[0] + c[1] z + ... by Horner's rule, each step fused. Not a loop: compilers vectorise no loop
/// of loops.
template <std::size_t I = 0, std::size_t N>
inline double polynomial(const double (&c)[N], double z) {
  if constexpr (I + 1 == N)
    return c[I];
  else
    return std::fma(polynomial<I + 1>(c, z), z, c[I]);
}

}  // namespace insitu::elementary
