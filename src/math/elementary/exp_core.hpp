#pragma once
// What exp, expm1, the hyperbolic functions and pow share: x = k ln 2 + r, |r| <= ln(2) / 2, and
// sinh r and cosh r - 1 as double-doubles. Reduction: W. J. Cody & W. Waite, "Software Manual for
// the Elementary Functions" (1980), with ln 2 in three parts. The polynomials are Chebyshev fits of
// (sinh(r) / r - 1) / r^2 (error 2^-69 of the first coefficient) and (cosh r - 1 - r^2 / 2) / r^4
// (2^-73), computed with 400 bits; the leading terms are exact, so a rounding of the fitted part
// weighs less than 0.03 units.
#include "math/elementary/bits.hpp"

namespace insitu::elementary {

inline constexpr double kLog2E = 0x1.71547652b82fep+0;
/// ln 2 = high (41 bits, so that k * high is exact) + middle + low.
inline constexpr double kLn2High = 0x1.62e42fefa3000p-1, kLn2Middle = 0x1.3de6af278ece6p-42,
                        kLn2Low = 0x1.f97b57a079a19p-103;

struct ExpParts {
  double shifted;            ///< kRounder + k
  DoubleDouble sinh, cosh1;  ///< sinh r, cosh r - 1

  double k() const { return shifted - kRounder; }
  /// 2^(k + by), where that is a normal number.
  double scale(std::int64_t by = 0) const {
    return from_bits((bits_of(shifted) + static_cast<std::uint64_t>(1023 + by)) << 52);
  }
  /// exp(r) - 1.
  DoubleDouble expm1() const {
    const auto sum = two_sum(sinh.high, cosh1.high);
    return quick_two_sum(sum.high, sum.low + (sinh.low + cosh1.low));
  }
};

/// (sinh(r) / r - 1) / r^2 and (cosh r - 1 - r^2 / 2) / r^4, in powers of r^2.
inline constexpr double kSinh[] = {0x1.5555555555555p-3,  0x1.1111111111111p-7,
                                   0x1.a01a01a01969bp-13, 0x1.71de3a5aaefa9p-19,
                                   0x1.ae642c5c25271p-26, 0x1.61bff1bc20653p-33};
inline constexpr double kCosh[] = {0x1.5555555555555p-5,  0x1.6c16c16c16c17p-10,
                                   0x1.a01a01a019b5bp-16, 0x1.27e4fb7a2b220p-22,
                                   0x1.1eed79ee9e686p-29, 0x1.9432d761b3fd0p-37};

/// REQUIRES: |x| < 2^20.
inline ExpParts exp_parts(double x) {
  ExpParts parts;
  parts.shifted = std::fma(x, kLog2E, kRounder);
  const double k = parts.k();
  const double top = std::fma(-k, kLn2High, x);  // exact
  const auto middle = two_prod(k, kLn2Middle);
  auto r = two_sum(top, -middle.high);
  r = quick_two_sum(r.high, r.low - std::fma(k, kLn2Low, middle.low));
  const double z = r.high * r.high;
  const double z_low = std::fma(r.high, r.high, -z) + 2 * (r.high * r.low);
  const double odd = polynomial(kSinh, z), even = polynomial(kCosh, z);
  parts.sinh = quick_two_sum(r.high, std::fma(z * r.high, odd, std::fma(0.5 * z, r.low, r.low)));
  parts.cosh1 = quick_two_sum(0.5 * z, std::fma(z * z, even, 0.5 * z_low));
  return parts;
}

/// exp(r) = value.high + value.low, error below 2^-56: enough where nothing is taken away from it.
struct ExpValue {
  double shifted;
  DoubleDouble value;

  double k() const { return shifted - kRounder; }
  /// 2^k, and exp(x), where those are normal numbers.
  double scale() const { return from_bits((bits_of(shifted) + 1023) << 52); }
  double scaled() const { return (value.high + value.low) * scale(); }
};

/// REQUIRES: |x| < 2^20.
inline ExpValue exp_value(DoubleDouble x) {
  ExpValue result;
  result.shifted = std::fma(x.high, kLog2E, kRounder);
  const double k = result.k();
  const double top = std::fma(-k, kLn2High, x.high);  // exact
  const double r = std::fma(-k, kLn2Middle, top);
  const double low = std::fma(-k, kLn2Middle, top - r) + x.low;
  const double z = r * r;
  const double rest = std::fma(z, polynomial(kCosh, z), r * polynomial(kSinh, z));
  const auto sum = quick_two_sum(1, r);
  // exp(r + low) = exp(r) (1 + low): low may reach 2^-44.
  const double tail = z * (0.5 + rest);
  result.value = {sum.high, sum.low + (tail + std::fma(low, r + tail, low))};
  return result;
}

/// exp(x) * 2^by * factor wherever the result lies: rounded once also where it is subnormal.
/// REQUIRES: 2^-60 < factor < 2^60, |by| < 100.
inline double exp_anywhere(DoubleDouble x, std::int64_t by = 0, DoubleDouble factor = 1) {
  if (x.high > 900) return kInfinity;
  if (x.high < -900) return 0;
  const auto power = exp_value(x);
  const auto product = power.value * factor;
  // y between 1 and 2, so that k alone says where the result lies.
  const auto exponent = static_cast<std::int64_t>(bits_of(product.high) >> 52) - 1023;
  const double down = power_of_two(-exponent);
  const DoubleDouble y(product.high * down, product.low * down);
  const auto k = static_cast<std::int64_t>(power.k()) + by + exponent;
  if (k > 1022) return k > 1024 ? kInfinity : (y.high + y.low) * 0x1p1022 * power_of_two(k - 1022);
  if (k >= -1022) return (y.high + y.low) * power_of_two(k);
  if (k < -1076) return 0;
  // Beside 2^(-1022 - k) the unit in the last place is that of the subnormal result.
  const double beside = power_of_two(-1022 - k);
  const auto sum = two_sum(beside, y.high);
  return ((sum.high + (sum.low + y.low)) - beside) * power_of_two(-1022) * power_of_two(k + 1022);
}

}  // namespace insitu::elementary
