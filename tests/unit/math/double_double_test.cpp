#include "math/double_double.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace insitu {
namespace {

// __float128 has 113 bits, a double-double about 106: quotients and roots are compared to 2^-100.
using Quad = __float128;
Quad quad(DoubleDouble x) { return static_cast<Quad>(x.high) + static_cast<Quad>(x.low); }

TEST(DoubleDouble, SumsAndProductsOfDoublesAreExact) {
  std::mt19937_64 random(1);
  std::normal_distribution<double> normal;
  for (int i = 0; i < 2000; ++i) {
    const double a = std::ldexp(normal(random), i % 60 - 30), b = normal(random);
    const auto sum = two_sum(a, b);
    EXPECT_EQ(sum.high, a + b);
    EXPECT_TRUE(quad(sum) == static_cast<Quad>(a) + static_cast<Quad>(b) ||
                std::fabs(a / b) > 1e15);
    const auto product = two_prod(a, b);
    EXPECT_TRUE(quad(product) == static_cast<Quad>(a) * static_cast<Quad>(b));
  }
}

TEST(DoubleDouble, ArithmeticKeepsThirtyDigits) {
  std::mt19937_64 random(2);
  std::normal_distribution<double> normal;
  const auto close = [](DoubleDouble ours, Quad truth) {
    const Quad error = quad(ours) - truth;
    return (error < 0 ? -error : error) <=
           (truth < 0 ? -truth : truth) * static_cast<Quad>(std::ldexp(1.0, -100));
  };
  for (int i = 0; i < 2000; ++i) {
    const auto a = two_sum(normal(random), 1e-17 * normal(random)),
               b = two_sum(normal(random), 1e-18 * normal(random));
    EXPECT_TRUE(close(a * b, quad(a) * quad(b)));
    EXPECT_TRUE(close(a / b, quad(a) / quad(b)));
    const bool same_sign = a.high * b.high > 0;  // else digits cancel
    EXPECT_TRUE(!same_sign || close(a + b, quad(a) + quad(b)));
    const auto square = a * a;
    EXPECT_TRUE(close(sqrt(square), a.high < 0 ? -quad(a) : quad(a)));
  }
}

TEST(DoubleDouble, ComparesByBothParts) {
  EXPECT_LT(DoubleDouble(1, -1e-20), DoubleDouble(1, 0));
  EXPECT_GT(DoubleDouble(1, 1e-20), DoubleDouble(1));
  EXPECT_FALSE(DoubleDouble(NAN) > DoubleDouble(0));
  EXPECT_FALSE(DoubleDouble(NAN) < DoubleDouble(0));
}

}  // namespace
}  // namespace insitu
