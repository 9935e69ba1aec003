#pragma once
// The proleptic Gregorian calendar without time zones: days and seconds since 1970-01-01 to civil
// dates and back, and the conversion specifications of strftime and strptime (English names, as in
// R's C locale).
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace insitu {

/// Days from 1970-01-01 to the first day of a month; months beyond 1 to 12 carry into the year.
std::int64_t days_from_civil(std::int64_t year, std::int64_t month, std::int64_t day);

/// A broken-down time.
struct Moment {
  std::int64_t year = 1970;
  int month = 1, day = 1;  ///< from 1
  int hour = 0, minute = 0;
  double second = 0;  ///< with its fraction
  int weekday = 4;    ///< 0: Sunday
  int yearday = 0;    ///< 0: January 1st

  /// REQUIRES: finite. Beyond 1e9 days the calendar ends: the nearest day is given.
  static Moment of_days(double days);
  static Moment of_seconds(double seconds);
};

/// The text of a time by a strftime format: %Y %m %d %H %M %S %OSn %y %b %B %h %a %A %j %p %I %e %k
/// %l %D %F %T %R %U %W %V %G %u %w %C %s %Z %z %n %t %%.
std::string format_time(const Moment&, std::string_view format);

/// Seconds since 1970-01-01 UTC that `text` says in a strptime format; what follows the match is
/// ignored, as in R. Nothing: no match, no such day, or no complete date (R would take today's).
/// Hours, minutes and seconds that the format does not read are zero.
std::optional<double> parse_time(std::string_view text, std::string_view format);

std::string_view month_name(int month, bool abbreviated);      ///< month from 1
std::string_view weekday_name(int weekday, bool abbreviated);  ///< 0: Sunday

}  // namespace insitu
