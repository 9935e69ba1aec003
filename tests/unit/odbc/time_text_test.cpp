#include "odbc/time_text.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace insitu {
namespace {

TEST(TimeText, ReadsWhatDatabasesWrite) {
  EXPECT_EQ(time_of_text("1970-01-01 00:00:00"), 0);
  EXPECT_EQ(time_of_text("1970-01-02T00:00:01.5"), 86401.5);
  EXPECT_EQ(time_of_text("2020-02-29 12:34:56.7890129"), 1582979696.789012);
  EXPECT_EQ(time_of_text("2020-01-31 12:00:00.1234567 +02:00"), 1580464800.123456);
  EXPECT_EQ(time_of_text("2020-01-31 12:00:00-05"), 1580490000);
  EXPECT_EQ(time_of_text("2020-01-31 12:00:00+05:30:15"), 1580452185);
  EXPECT_EQ(time_of_text("0001-01-01 00:00:00"), -62135596800);
  EXPECT_EQ(time_of_text("0001-12-31 23:59:59 BC"), -62135596801);
  EXPECT_EQ(time_of_text("0001-12-31 23:59:59+00 BC"), -62135596801);
}

// Microseconds of the last years that PostgreSQL knows are more than 64 bits hold.
TEST(TimeText, ReadsTheLastYears) {
  EXPECT_EQ(time_of_text("294276-12-31 23:59:59"), 9224318015999);
  const auto last = time_of_text("294276-12-31 23:59:59.999999");
  EXPECT_EQ(std::floor(last), 9224318015999);
  EXPECT_GT(last, 9224318015999);
  EXPECT_EQ(time_of_seconds(9224318015999, 0), 9224318015999);
  EXPECT_EQ(time_of_seconds(-1, 500000), -0.5);
}

TEST(TimeText, RefusesWhatIsNoTime) {
  for (const char* text : {"", "infinity", "-infinity", "2020", "2020-01-01", "2020-13-01 00:00:00",
                           "2020-01-01 00:00", "2020-01-01 00:00:00 x", "2020-01-01 00:00:00+",
                           "2020-01-01 00:00:00.5 AD", "2021-02-29 00:00:00", "2020-01-01 24:00:00",
                           "2020-01-01 00:60:00"})
    EXPECT_TRUE(std::isnan(time_of_text(text))) << text;
}

TEST(TimeText, ReadsWhatPeopleWrite) {
  EXPECT_EQ(time_as_written("1970-01-02"), 86400);
  EXPECT_EQ(time_as_written("1970-01-01 00:01"), 60);
  EXPECT_EQ(time_as_written("1970-01-01T00:01Z"), 60);
  EXPECT_EQ(time_as_written("1970-01-01T00:00:01.5Z"), 1.5);
  EXPECT_EQ(time_as_written("1970-01-01 01:00+01:00 "), 0);
  EXPECT_EQ(date_as_written("1970-01-02 23:59:59.9"), 1);
  EXPECT_EQ(date_as_written("0001-01-01"), -719162);
  for (const char* text : {"", "1970", "01.01.1970", "1970-02-30", "1970-01-01 x",
                           "1970-01-01 25:00", "-4713-11-24", "12345-01-01", "2440587.5"}) {
    EXPECT_TRUE(std::isnan(time_as_written(text))) << text;
    EXPECT_TRUE(std::isnan(date_as_written(text))) << text;
  }
}

}  // namespace
}  // namespace insitu
