// sinh, cosh, tanh: with x = k ln 2 + r (exp_core.hpp),
//   2 cosh x = (2^k + 2^-k) cosh r + (2^k - 2^-k) sinh r, and the same with sinh and cosh
//   exchanged:
// nothing cancels near 0, where k is 0. Their inverses are logarithms of 1 + f (log_core.hpp), f in
// double-double: W. Kahan, "Branch cuts for complex elementary functions" (1987).
#include "math/elementary.hpp"
#include "math/elementary/exp_core.hpp"
#include "math/elementary/log_core.hpp"
#include "math/elementary/map.hpp"
#include "math/elementary/series.hpp"

namespace insitu::elementary {

namespace {

/// Below this, each function of this file that is 0 at 0 is its argument, within 0.03 units.
constexpr double kTiny = 0x1p-28;
/// Above, squares overflow or the constant 1 no longer counts.
constexpr double kHuge = 0x1p400;

struct SinhCosh {
  DoubleDouble sinh, cosh;
};

/// For 0 <= a <= 708.
inline SinhCosh sinh_cosh(double a) {
  const auto parts = exp_parts(a);
  const double k = parts.k();
  const double up = parts.scale(-1);  // 2^(k - 1)
  // 2^(-k - 1); beyond 2^60 it does not count, and may be no normal number.
  const double down = k > 60 ? 0.0 : from_bits(bits_of(kRounder + (1022 - k)) << 52);
  const auto plus = two_sum(up, down), minus = two_sum(up, -down);
  const auto cosh = sum_of_larger(1, parts.cosh1);
  return {sum(product(plus, parts.sinh), product(minus, cosh)),
          sum(product(plus, cosh), product(minus, parts.sinh))};
}

struct Sinh {
  static bool core(double x, double& y) {
    const double a = std::fabs(x);
    const auto value = sinh_cosh(a).sinh;
    y = std::copysign(value.high + value.low, x);
    return (a >= kTiny) & (a <= 708);
  }
  [[gnu::noinline]] static double rare(double x) {
    if (x != x) return same_nan(x);
    const double a = std::fabs(x);
    return a < kTiny ? x : std::copysign(exp_anywhere(a, -1), x);
  }
};

struct Cosh {
  static bool core(double x, double& y) {
    const double a = std::fabs(x);
    const auto value = sinh_cosh(a).cosh;
    y = value.high + value.low;
    return a <= 708;
  }
  [[gnu::noinline]] static double rare(double x) {
    return x != x ? same_nan(x) : exp_anywhere(std::fabs(x), -1);
  }
};

struct Tanh {
  static bool core(double x, double& y) {
    const double a = std::fabs(x);
    const auto parts = sinh_cosh(a);
    const auto value = quotient(parts.sinh, parts.cosh);
    y = std::copysign(value.high + value.low, x);
    return (a >= kTiny) & (a <= 22);
  }
  [[gnu::noinline]] static double rare(double x) {
    if (x != x) return same_nan(x);
    return std::fabs(x) < kTiny ? x : std::copysign(1.0, x);
  }
};

/// log(2 a) of large numbers.
double log_of_twice(double a) {
  const auto [k, m] = split_near_one(a);
  const auto value = plus_k_ln2(log_near_one(m - 1), k + 1);
  return value.high + value.low;
}

struct Asinh {
  static bool core(double x, double& y) {
    const double a = std::fabs(x);
    const auto a2 = two_prod(a, a);
    const auto length = root(sum(1, a2));
    const auto value = log_one_plus(sum(a, quotient(a2, sum_of_larger(length, 1))));
    y = std::copysign(value.high + value.low, x);
    return (a >= kTiny) & (a < kHuge);
  }
  [[gnu::noinline]] static double rare(double x) {
    if (x != x) return same_nan(x);
    const double a = std::fabs(x);
    return a < kTiny || a > kLargest ? x : std::copysign(log_of_twice(a), x);
  }
};

struct Acosh {
  static bool core(double x, double& y) {
    const auto t = two_sum(x, -1);
    const auto other = root(product(t, sum(t, 2)));
    const auto value = log_one_plus(sum(t, other));
    y = value.high + value.low;
    return (x > 1) & (x < kHuge);
  }
  [[gnu::noinline]] static double rare(double x) {
    if (x != x) return same_nan(x);
    if (x == 1) return 0;
    if (x < 1) return kNaN;
    return x > kLargest ? x : log_of_twice(x);
  }
};

struct Atanh {
  static bool core(double x, double& y) {
    const double a = std::fabs(x);
    const auto value = log_one_plus(quotient(2 * a, two_sum(1, -a)));
    y = std::copysign(0.5 * (value.high + value.low), x);
    return (a >= kTiny) & (a < 1);
  }
  [[gnu::noinline]] static double rare(double x) {
    if (x != x) return same_nan(x);
    const double a = std::fabs(x);
    if (a < kTiny) return x;
    return a == 1 ? std::copysign(kInfinity, x) : kNaN;
  }
};

}  // namespace

INSITU_ELEMENTARY(sinh, Sinh)
INSITU_ELEMENTARY(cosh, Cosh)
INSITU_ELEMENTARY(tanh, Tanh)
INSITU_ELEMENTARY(asinh, Asinh)
INSITU_ELEMENTARY(acosh, Acosh)
INSITU_ELEMENTARY(atanh, Atanh)

}  // namespace insitu::elementary
