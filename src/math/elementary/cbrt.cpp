// cbrt: x = 2^(3 j) m, 2^-1.5 <= m <= 2^1.5; y near m^(-1/3) by a Chebyshev fit (error 2^-9.9), one
// step of fifth order (A. S. Householder, "The Numerical Treatment of a Single Nonlinear Equation",
// 1970), then c = m y^2 and one step of Newton for c^3 = m with the residual in double-double: what
// is added to c is right to 2^-80, so that cubes have exact roots.
#include "math/elementary.hpp"
#include "math/elementary/log_core.hpp"
#include "math/elementary/map.hpp"
#include "math/elementary/series.hpp"

namespace insitu::elementary {

namespace {

struct Cbrt {
  static double of(double a, double& j) {
    static constexpr double kInverse[] = {
        0x1.18b2be202e8a1p+1, -0x1.c570b1dd4d751p+1, 0x1.49faa64677250p+2, -0x1.2f00525ce2c7fp+2,
        0x1.571bf817754b7p+1, -0x1.d0632fbc7ef84p-1, 0x1.57d4b85890696p-3, -0x1.abf4d239fa23bp-7};
    static constexpr double kStep[] = {1.0 / 3, 2.0 / 9, 14.0 / 81, 35.0 / 243};
    const auto [k, fraction] = split_near_one(a);
    const double shifted = std::fma(k, 1.0 / 3, kRounder);
    j = shifted - kRounder;
    const double over = std::fma(-3, j, k);
    const double m = fraction * (over > 0 ? 2.0 : over < 0 ? 0.5 : 1.0);
    double y = polynomial(kInverse, m);
    const double e = std::fma(-m * y, y * y, 1);
    y = std::fma(y * e, polynomial(kStep, e), y);
    const double c = m * (y * y);
    const auto square = two_prod(c, c);
    const auto cube = two_prod(square.high, c);
    const double residual = (cube.high - m) + std::fma(square.low, c, cube.low);
    return c - residual * ((y * y) * (1.0 / 3));
  }
  static bool core(double x, double& y) {
    const double a = std::fabs(x);
    double j;
    const double c = of(a, j);
    y = std::copysign(c * from_bits(bits_of(kRounder + (j + 1023)) << 52), x);
    return (a >= kSmallestNormal) & (a <= kLargest);
  }
  [[gnu::noinline]] static double rare(double x) {
    if (x != x) return same_nan(x);
    if (x == 0 || std::fabs(x) > kLargest) return x;
    double y = 0;
    core(x * 0x1p54, y);
    return y * 0x1p-18;
  }
};

}  // namespace

INSITU_ELEMENTARY(cbrt, Cbrt)

}  // namespace insitu::elementary
