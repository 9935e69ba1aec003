#pragma once
// Numbers of about 32 digits: the unevaluated sum of two doubles, the second at most half a unit in
// the last place of the first. Error-free transformations: Dekker (1971), Knuth (TAOCP vol.
// 2, 4.2.2); sums and products: Hida, Li & Bailey (2001), "Quad-double arithmetic", the accurate
// sum. Bits do not depend on the machine: std::fma rounds once wherever it runs.
#include <cmath>
#include <tuple>

namespace insitu {

struct DoubleDouble {
  double high = 0, low = 0;
  static constexpr auto fields = std::tuple{&DoubleDouble::high, &DoubleDouble::low};

  constexpr DoubleDouble() = default;
  constexpr DoubleDouble(double value) : high(value) {}  // NOLINT: a double is such a number
  constexpr DoubleDouble(double h, double l) : high(h), low(l) {}

  explicit operator double() const { return high + low; }
};

/// a + b exactly, as the rounded sum and its error.
inline DoubleDouble two_sum(double a, double b) {
  const double sum = a + b;
  const double virtual_b = sum - a;
  return {sum, (a - (sum - virtual_b)) + (b - virtual_b)};
}

/// The same where |a| >= |b| or a is 0.
inline DoubleDouble quick_two_sum(double a, double b) {
  const double sum = a + b;
  return {sum, b - (sum - a)};
}

/// a * b exactly (no overflow or underflow), as the rounded product and its error.
inline DoubleDouble two_prod(double a, double b) {
  const double product = a * b;
  return {product, std::fma(a, b, -product)};
}

inline DoubleDouble operator-(DoubleDouble a) { return {-a.high, -a.low}; }

inline DoubleDouble operator+(DoubleDouble a, DoubleDouble b) {
  DoubleDouble high = two_sum(a.high, b.high);
  const DoubleDouble low = two_sum(a.low, b.low);
  high = quick_two_sum(high.high, high.low + low.high);
  return quick_two_sum(high.high, high.low + low.low);
}

inline DoubleDouble operator-(DoubleDouble a, DoubleDouble b) { return a + -b; }

inline DoubleDouble operator*(DoubleDouble a, DoubleDouble b) {
  const DoubleDouble product = two_prod(a.high, b.high);
  return quick_two_sum(product.high, product.low + (a.high * b.low + a.low * b.high));
}

inline DoubleDouble operator/(DoubleDouble a, DoubleDouble b) {
  const double q1 = a.high / b.high;
  DoubleDouble rest = a - b * DoubleDouble(q1);
  const double q2 = rest.high / b.high;
  rest = rest - b * DoubleDouble(q2);
  const double q3 = rest.high / b.high;
  return quick_two_sum(q1, q2) + DoubleDouble(q3);
}

inline DoubleDouble& operator+=(DoubleDouble& a, DoubleDouble b) { return a = a + b; }
inline DoubleDouble& operator-=(DoubleDouble& a, DoubleDouble b) { return a = a - b; }
inline DoubleDouble& operator*=(DoubleDouble& a, DoubleDouble b) { return a = a * b; }
inline DoubleDouble& operator/=(DoubleDouble& a, DoubleDouble b) { return a = a / b; }

inline bool operator<(DoubleDouble a, DoubleDouble b) {
  return a.high < b.high || (a.high == b.high && a.low < b.low);
}
inline bool operator>(DoubleDouble a, DoubleDouble b) { return b < a; }
inline bool operator<=(DoubleDouble a, DoubleDouble b) {
  return a.high < b.high || (a.high == b.high && a.low <= b.low);
}
inline bool operator>=(DoubleDouble a, DoubleDouble b) { return b <= a; }
inline bool operator==(DoubleDouble a, DoubleDouble b) {
  return a.high == b.high && a.low == b.low;
}

inline DoubleDouble sqrt(DoubleDouble a) {
  if (!(a.high > 0)) return std::sqrt(a.high);
  // One Newton step in the rounded root doubles its digits.
  const double root = std::sqrt(a.high);
  const DoubleDouble rest = a - two_prod(root, root);
  return quick_two_sum(root, rest.high / (2 * root));
}

/// The nearest double; lets templates over both kinds of number end in one.
inline double to_double(double value) { return value; }
inline double to_double(DoubleDouble value) { return value.high + value.low; }

}  // namespace insitu
