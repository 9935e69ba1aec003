#include "base/suggest.hpp"

#include <gtest/gtest.h>

#include <vector>

using insitu::did_you_mean;
using insitu::nearest_name;

TEST(Suggest, FindsTheNearestName) {
  const std::vector<std::string> names = {"DayOfWeek", "ArrDelay", "CRSDepTime"};
  EXPECT_EQ(nearest_name("DayOfWek", names), "DayOfWeek");
  EXPECT_EQ(nearest_name("arrdelay", names), "ArrDelay");
  EXPECT_EQ(did_you_mean("CRSDeptTime", names), " (did you mean CRSDepTime?)");
}

TEST(Suggest, SaysNothingWhenNothingIsNear) {
  const std::vector<std::string> names = {"DayOfWeek"};
  EXPECT_EQ(nearest_name("price", names), "");
  const std::vector<std::string> letters = {"x", "y"};
  EXPECT_EQ(nearest_name("w", letters), "");
  EXPECT_EQ(nearest_name("X", letters), "x");
  EXPECT_EQ(did_you_mean("", names), "");
}
