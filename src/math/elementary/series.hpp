#pragma once
// Double-doubles in straight-line code, where the operators of double_double.hpp would round more
// often than needed.
#include "math/elementary/bits.hpp"

namespace insitu::elementary {

/// a * b with error below 2^-100, not renormalised.
inline DoubleDouble product(DoubleDouble a, DoubleDouble b) {
  const auto high = two_prod(a.high, b.high);
  return {high.high, high.low + std::fma(a.high, b.low, a.low * b.high)};
}

/// a + b where |a| >= |b| or a is 0 (or nothing cancels); not renormalised.
inline DoubleDouble sum_of_larger(DoubleDouble a, DoubleDouble b) {
  const auto high = quick_two_sum(a.high, b.high);
  return {high.high, high.low + (a.low + b.low)};
}

inline DoubleDouble sum(DoubleDouble a, DoubleDouble b) {
  const auto high = two_sum(a.high, b.high);
  return {high.high, high.low + (a.low + b.low)};
}

inline DoubleDouble negative_if(bool condition, DoubleDouble a) {
  return {condition ? -a.high : a.high, condition ? -a.low : a.low};
}

/// a / b with error below 2^-98; one division.
inline DoubleDouble quotient(DoubleDouble a, DoubleDouble b) {
  const double inverse = 1 / b.high;
  const double q = a.high * inverse;
  const double rest = std::fma(-q, b.high, a.high) + std::fma(-q, b.low, a.low);
  return quick_two_sum(q, rest * inverse);
}

/// The root of a positive a.
inline DoubleDouble root(DoubleDouble a) {
  const double r = std::sqrt(a.high);
  return {r, (std::fma(-r, r, a.high) + a.low) * (0.5 / r)};
}

/// r * r.
inline DoubleDouble square(DoubleDouble r) {
  const auto high = two_prod(r.high, r.high);
  return {high.high, high.low + 2 * (r.high * r.low)};
}

/// z * (first + z * rest(z)).
template <std::size_t N>
inline DoubleDouble series_after(DoubleDouble z, DoubleDouble first, const double (&rest)[N]) {
  const auto inner = quick_two_sum(first.high, z.high * polynomial(rest, z.high));
  return product(z, {inner.high, inner.low + first.low});
}

/// r + r^3 * (first + r^2 * rest(r^2)), with relative error below 2^-59.
template <std::size_t N>
inline DoubleDouble odd_series(DoubleDouble r, DoubleDouble first, const double (&rest)[N]) {
  return sum_of_larger(r, product(r, series_after(square(r), first, rest)));
}

}  // namespace insitu::elementary
