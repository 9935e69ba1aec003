#include "base/pretty.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace insitu {
namespace {

using Numbers = std::vector<double>;

// What R 4.2 says: pretty(c(low, high), n).
TEST(Pretty, AreThoseOfR) {
  EXPECT_EQ(pretty(0, 1, 5), (Numbers{0, 0.2, 0.4, 0.6, 0.8, 1}));
  EXPECT_EQ(pretty(-3.2, 17.9, 8), (Numbers{-4, -2, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18}));
  EXPECT_EQ(pretty(0.13, 0.17, 4), (Numbers{0.13, 0.14, 0.15, 0.16, 0.17}));
  EXPECT_EQ(pretty(1234, 98765, 5), (Numbers{0, 20000, 40000, 60000, 80000, 100000}));
  EXPECT_EQ(pretty(-1e-7, 1e-7, 2), (Numbers{-1e-7, 0, 1e-7}));
}

TEST(Pretty, AreNearestToTheirDecimals) {
  for (const double each : pretty(0, 3, 30)) EXPECT_EQ(each, std::round(each * 10) / 10);
}

TEST(Pretty, CoverEveryRange) {
  for (const double low : {-1e300, -7.5, -1e-300, 0.0, 3.7, 9e15, 1e300})
    for (const double width : {0.0, 1e-308, 1e-9, 1.0, 12.34, 1e17, 1e300}) {
      const double high = low + width;
      if (!std::isfinite(high)) continue;
      const auto found = pretty(low, high, 9);
      ASSERT_GE(found.size(), 2U);
      EXPECT_LE(found.size(), 60U);
      EXPECT_LE(found.front(), low);
      EXPECT_GE(found.back(), high);
      for (std::size_t k = 1; k < found.size(); ++k) EXPECT_LT(found[k - 1], found[k]);
    }
}

}  // namespace
}  // namespace insitu
