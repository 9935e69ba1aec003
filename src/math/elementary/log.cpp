// log, log1p, log2 and log10: log_core.hpp.
#include "math/elementary.hpp"
#include "math/elementary/log_core.hpp"
#include "math/elementary/map.hpp"

namespace insitu::elementary {

namespace {

bool is_normal_positive(double x) { return (x >= kSmallestNormal) & (x <= kLargest); }

/// What logarithms to any base say outside the normal positive numbers; scaled(x, more) is the
/// logarithm of x * 2^more.
template <class F>
double rare_log(double x, F&& scaled) {
  if (x != x) return same_nan(x);
  if (x == 0) return -kInfinity;
  if (x < 0) return kNaN;
  if (x > kLargest) return x;
  return scaled(x * 0x1p64, -64.0);
}

struct Log {
  static double of(double x, double more) {
    const auto [k, m] = split_near_one(x);
    const auto part = log_near_one(m - 1);
    const double whole = k + more;
    const auto sum = two_sum(whole * kLn2High, part.high);
    return sum.high + (sum.low + std::fma(whole, kLn2Middle, part.low));
  }
  static bool core(double x, double& y) {
    y = of(x, 0);
    return is_normal_positive(x);
  }
  [[gnu::noinline]] static double rare(double x) { return rare_log(x, of); }
};

struct Log2 {
  static double of(double x, double more) {
    const auto [k, m] = split_near_one(x);
    const auto part = log_near_one(m - 1) * DoubleDouble(kLog2E, 0x1.777d0ffda0d24p-56);
    const auto sum = two_sum(k + more, part.high);
    return sum.high + (sum.low + part.low);
  }
  static bool core(double x, double& y) {
    y = of(x, 0);
    return is_normal_positive(x);
  }
  [[gnu::noinline]] static double rare(double x) { return rare_log(x, of); }
};

struct Log10 {
  static double of(double x, double more) {
    const auto [k, m] = split_near_one(x);
    const auto natural = plus_k_ln2(log_near_one(m - 1), k + more);
    return double(natural * DoubleDouble(0x1.bcb7b1526e50ep-2, 0x1.95355baaafad3p-57));
  }
  static bool core(double x, double& y) {
    y = of(x, 0);
    return is_normal_positive(x);
  }
  [[gnu::noinline]] static double rare(double x) { return rare_log(x, of); }
};

struct Log1p {
  static bool core(double x, double& y) {
    const auto value = log_one_plus(x);
    y = value.high + value.low;
    return (std::fabs(x) >= 0x1p-54) & (x > -1) & (x < 0x1p1000);
  }
  [[gnu::noinline]] static double rare(double x) {
    if (x != x) return same_nan(x);
    if (std::fabs(x) < 0x1p-54) return x;
    if (x == -1) return -kInfinity;
    if (x < -1) return kNaN;
    double y = x;
    if (x <= kLargest) Log::core(x, y);
    return y;
  }
};

}  // namespace

INSITU_ELEMENTARY(log, Log)
INSITU_ELEMENTARY(log2, Log2)
INSITU_ELEMENTARY(log10, Log10)
INSITU_ELEMENTARY(log1p, Log1p)

}  // namespace insitu::elementary
