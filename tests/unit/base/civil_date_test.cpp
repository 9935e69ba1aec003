#include "base/civil_date.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <limits>

namespace insitu {
namespace {

using std::chrono::sys_days;
using std::chrono::year_month_day;

// The calendar of the standard library is one that we did not write.
TEST(CivilDate, AgreesWithTheStandardLibrary) {
  for (std::int64_t days = -1'200'000; days <= 1'200'000; days += 37) {
    const year_month_day expected{sys_days{std::chrono::days{days}}};
    const auto date = civil_from_days(days);
    ASSERT_EQ(date.year, static_cast<int>(expected.year())) << days;
    ASSERT_EQ(date.month, static_cast<int>(static_cast<unsigned>(expected.month()))) << days;
    ASSERT_EQ(date.day, static_cast<int>(static_cast<unsigned>(expected.day()))) << days;
    ASSERT_EQ(days_from_civil(date.year, date.month, date.day), days);
  }
}

TEST(CivilDate, MonthsCarryIntoTheYear) {
  EXPECT_EQ(days_from_civil(2000, 13, 1), days_from_civil(2001, 1, 1));
  EXPECT_EQ(days_from_civil(2000, 0, 31), days_from_civil(1999, 12, 31));
  EXPECT_EQ(days_from_civil(2000, -11, 1), days_from_civil(1999, 1, 1));
}

TEST(CivilDate, Texts) {
  EXPECT_EQ(date_text(0), "1970-01-01");
  EXPECT_EQ(date_text(-0.5), "1969-12-31");
  EXPECT_EQ(time_text(-1), "1969-12-31 23:59:59");
  EXPECT_EQ(time_text(1356998399.75), "2012-12-31 23:59:59");
  EXPECT_EQ(date_text(std::numeric_limits<double>::quiet_NaN()), "NA");
  EXPECT_EQ(time_text(std::numeric_limits<double>::quiet_NaN()), "NA");
}

}  // namespace
}  // namespace insitu
