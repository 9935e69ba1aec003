#include "sources/text/times.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <string>

#include "base/civil_date.hpp"
#include "base/error.hpp"
#include "data/time_ticks.hpp"
#include "sources/text/format.hpp"

namespace insitu {
namespace {

constexpr const char* kDate = "[%y[-][/]%m[-][/]%d]";
constexpr const char* kTime = "%y[-][/]%m[-][/]%d [%H:%M[:%S]][%p]";

TEST(TextTimes, DayNumbersAreThoseOfTheGregorianCalendar) {
  EXPECT_EQ(days_from_civil(1970, 1, 1), 0);
  EXPECT_EQ(days_from_civil(2000, 2, 29), 11016);
  EXPECT_EQ(days_from_civil(1969, 12, 31), -1);
  EXPECT_EQ(days_from_civil(1600, 3, 1), -135080);
  for (std::int64_t day = -200000; day < 200000; day += 17) {
    const auto date = civil_from_days(day);
    EXPECT_EQ(days_from_civil(date.year, date.month, date.day), day);
  }
}

struct Date {
  const char *pattern, *text;
  int year, month, day;  // year 0: not a date by this pattern
  int cutoff = 20;
};

TEST(TextTimes, DatesFollowThePattern) {
  const Date dates[] = {
      {kDate, "2012-01-31", 2012, 1, 31},
      {kDate, "2012/1/5", 2012, 1, 5},
      {kDate, "20120131", 2012, 1, 31},
      {kDate, "120131", 2012, 1, 31},
      {kDate, "990131", 1999, 1, 31},
      {kDate, "19-1-5", 2019, 1, 5},
      {kDate, "20-1-5", 1920, 1, 5},
      {kDate, "20-1-5", 2020, 1, 5, 21},
      {kDate, "19-1-5", 1919, 1, 5, 0},
      {kDate, " 2012-01-31 ", 2012, 1, 31},
      {kDate, "2012-13-01", 0, 0, 0},
      {kDate, "2012-02-30", 0, 0, 0},
      {kDate, "2011-02-29", 0, 0, 0},
      {kDate, "2012-02-29", 2012, 2, 29},
      {kDate, "1900-02-29", 0, 0, 0},
      {kDate, "2012-01-31 12:00", 0, 0, 0},
      {kDate, "yesterday", 0, 0, 0},
      {"%m/%d/%y", "1/31/12", 2012, 1, 31},
      {"%m/%d/%y", "01/31/2012", 2012, 1, 31},
      {"%m%d%y", "01312012", 2012, 1, 31},
      {"%d%m%y", "310112", 2012, 1, 31},
      {"%d-%m-%Y", "31-1-12", 12, 1, 31},
      {"%d %m %y", "31 January 2012", 2012, 1, 31},
      {"%d %m %y", "31  JAN  2012", 2012, 1, 31},
      {"%m %d, %y", "sep 5, 2001", 2001, 9, 5},
      {"%w %d.%m.%y", "Tue 31.1.2012", 2012, 1, 31},
      {"%c%y", "x2012", 2012, 1, 1},
      {"%3c%y-%m-%d", "abc2012-1-2", 2012, 1, 2},
      {"%y-%m-%d%$c", "2012-1-2T10:00Z", 2012, 1, 2},
      {"%%%y%[%m%]", "%2012[5]", 2012, 5, 1},
  };
  for (const auto& date : dates) {
    double days = -1;
    const TimePattern pattern("readDateFormat", date.pattern, date.cutoff);
    const bool found = pattern.parse_date(date.text, days);
    ASSERT_EQ(found, date.year != 0) << date.pattern << " " << date.text;
    if (found) {
      EXPECT_EQ(days, static_cast<double>(days_from_civil(date.year, date.month, date.day)))
          << date.pattern << " " << date.text;
    }
  }
}

TEST(TextTimes, NothingIsMissingWhereAllIsOptional) {
  double days = 0;
  EXPECT_TRUE(TimePattern("readDateFormat", kDate, 20).parse_date("", days));
  EXPECT_TRUE(std::isnan(days));
  EXPECT_FALSE(TimePattern("readDateFormat", "%y", 20).parse_date("", days));
}

TEST(TextTimes, TimesFollowThePattern) {
  struct Time {
    const char *pattern, *text;
    double seconds;  // after 2012-01-31 00:00 UTC; -1: no time by this pattern
  };
  const Time times[] = {
      {kTime, "2012-01-31", 0},
      {kTime, "2012-01-31 01:02", 3720},
      {kTime, "2012-01-31 01:02:03", 3723},
      {kTime, "2012-01-31 01:02:03.25", 3723.25},
      {kTime, "2012-01-31 1:02pm", 46920},
      {kTime, "2012-01-31 1:02 PM", 46920},
      {kTime, "2012-01-31 12:02 a", 120},
      {kTime, "2012-01-31 24:00:00", 86400},
      {kTime, "2012-01-31 24:00:01", -1},
      {kTime, "2012-01-31 13:02 pm", -1},
      {kTime, "2012-01-31 01:60", -1},
      {kTime, "20120131 010203", -1},
      {"%y-%m-%dT%H:%M:%SZ", "2012-01-31T01:02:03Z", 3723},
      {"%y%m%d%H%M%S", "20120131010203", 3723},
      {"%y-%m-%d %H:%M:%S:%n", "2012-01-31 01:02:03:007", 3723.007},
      {"%y-%m-%d %H:%M:%S,%N", "2012-01-31 01:02:03,5", 3723.5},
  };
  const auto midnight = static_cast<double>(days_from_civil(2012, 1, 31)) * 86400;
  for (const auto& time : times) {
    double seconds = 0;
    const bool found =
        TimePattern("readPOSIXctFormat", time.pattern, 20).parse_datetime(time.text, seconds);
    ASSERT_EQ(found, time.seconds >= 0) << time.pattern << " " << time.text;
    if (found) {
      EXPECT_DOUBLE_EQ(seconds, midnight + time.seconds) << time.pattern << " " << time.text;
    }
  }
}

TEST(TextTimes, A28_WhatIsReadIsWrittenTheSame) {
  std::mt19937_64 random(28);
  const TimePattern pattern("readPOSIXctFormat", kTime, 20);
  const std::string texts[] = {"2106-05-05 12:34:56.1", "1800-01-01 00:00:00.1",
                               "0001-01-01 00:00:00", "0099-12-31 23:59:59.25",
                               "9999-12-31 23:59:59"};
  const auto check = [&](const std::string& text) {
    double seconds = 0;
    ASSERT_TRUE(pattern.parse_datetime(text, seconds)) << text;
    std::string written;
    append_datetime(written, seconds);
    EXPECT_EQ(written, text);
  };
  for (const auto& text : texts) check(text);
  // Milliseconds of the years 1 to 9999, microseconds where float64 tells them apart.
  const auto first = days_from_civil(1, 1, 1) * 86400, last = days_from_civil(9999, 12, 31) * 86400;
  for (int i = 0; i < 20000; ++i) {
    const auto near = i % 2 == 0;
    const auto whole = near ? static_cast<std::int64_t>(random() % 8589934592) - 4294967296
                            : first + static_cast<std::int64_t>(
                                          random() % static_cast<std::uint64_t>(last - first));
    auto micros = static_cast<std::int64_t>(random() % 1000000);
    if (!near) micros = micros / 1000 * 1000;
    std::string text;
    append_datetime(text, static_cast<double>(whole));
    if (micros > 0) {
      auto digits = std::to_string(micros);
      text += "." + std::string(6 - digits.size(), '0') + digits;
      while (text.back() == '0') text.pop_back();
    }
    check(text);
  }
}

TEST(TextTimes, A28_TheLastMicrosecondOfAYearStaysInIt) {
  const TimePattern pattern("readPOSIXctFormat", kTime, 20);
  for (const std::string day : {"9999-12-31", "2106-05-05", "1969-12-31", "1582-10-14"}) {
    double seconds = 0;
    ASSERT_TRUE(pattern.parse_datetime(day + " 23:59:59.999999", seconds));
    std::string written;
    append_datetime(written, seconds);
    EXPECT_EQ(written.substr(0, 19), day + " 23:59:59");
    EXPECT_LT(micros_of_seconds(seconds), micros_of_seconds(std::floor(seconds) + 1));
  }
}

TEST(TextTimes, PatternsThatCannotBeAreRefused) {
  for (const char* pattern : {"%q", "%", "[%y", "%y]"})
    EXPECT_THROW(TimePattern("readDateFormat", pattern, 20), InvalidArgument) << pattern;
  EXPECT_THROW(TimePattern("readDateFormat", std::string(1000, '['), 20), InvalidArgument);
}

TEST(TextTimes, ManyOptionalPartsDoNotHang) {
  std::string pattern;
  for (int i = 0; i < 80; ++i) pattern += "[a]";
  double days = 0;
  EXPECT_FALSE(
      TimePattern("readDateFormat", pattern + "%y", 20).parse_date(std::string(40, 'a'), days));
}

}  // namespace
}  // namespace insitu
