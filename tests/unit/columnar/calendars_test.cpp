#include "columnar/calendars.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace insitu {
namespace {

/// A22: the label of every day of the Julian calendar, counted one by one, against <chrono>, which
/// knows the Gregorian one.
TEST(CalendarsTest, A22EveryJulianDayKeepsItsLabel) {
  using namespace std::chrono;
  constexpr int kMonths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  std::int64_t day = -719164;  // 0001-01-01 of the Julian calendar, in days since 1970-01-01
  for (int y = 1; y <= 1582; ++y)
    for (unsigned m = 1; m <= 12; ++m) {
      const int length = kMonths[m - 1] + (m == 2 && y % 4 == 0);
      for (int d = 1; d <= length; ++d, ++day) {
        if (y == 1582 && (m > 10 || (m == 10 && d == 5))) {
          EXPECT_EQ(day, -141427);
          return;
        }
        const auto wanted =
            sys_days(year(y) / month(m) / 1).time_since_epoch().count() + d - 1;  // 02-29: 03-01
        ASSERT_EQ(gregorian_from_julian_days(day), wanted) << y << "-" << m << "-" << d;
      }
    }
}

TEST(CalendarsTest, A22LaterDaysStay) {
  for (const std::int64_t day : {-141427, -1, 0, 19782, 2932896})
    EXPECT_EQ(gregorian_from_julian_days(day), day);
  EXPECT_EQ(gregorian_from_julian_days(-719164), -719162);  // 0001-01-01
}

TEST(CalendarsTest, A22TimesKeepTheirTimeOfDay) {
  constexpr std::int64_t kDay = 86'400'000'000;
  EXPECT_EQ(gregorian_from_julian_micros(-719164 * kDay + 1), -719162 * kDay + 1);
  EXPECT_EQ(gregorian_from_julian_micros(-141427 * kDay - 1), (-141437) * kDay - 1);
  EXPECT_EQ(gregorian_from_julian_micros(-141427 * kDay), -141427 * kDay);
}

}  // namespace
}  // namespace insitu
