#pragma once
// The proleptic Gregorian calendar without time zones: days and seconds since 1970-01-01 to civil
// dates and back, and the conversion specifications of strftime and strptime (English names, as in
// R's C locale).
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace insitu {

/// A broken-down time.
struct Moment {
  std::int64_t year = 1970;
  int month = 1, day = 1;  ///< from 1
  int hour = 0, minute = 0;
  double second = 0;              ///< with its fraction
  int weekday = 4;                ///< 0: Sunday
  int yearday = 0;                ///< 0: January 1st
  int offset = 0;                 ///< seconds east of UTC
  std::string_view zone = "UTC";  ///< abbreviation of the time zone

  /// REQUIRES: finite. Beyond 1e9 days the calendar ends: the nearest day is given.
  static Moment of_days(double days);
  static Moment of_seconds(double seconds);
};

/// The first conversion of a format that is not known, as it is written ("%Q"); nothing if all are.
/// Writing knows %a %A %b %B %c %C %d %D %e %F %g %G %h %H %I %j %k %l %m %M %n %OSn %p %P %r %R %s
/// %S %t %T %u %U %V %w %W %x %X %y %Y %z %Z %%, with -, _ or 0 for the filling; reading the same
/// without %g %G %V %Z.
std::optional<std::string> unknown_conversion(std::string_view format, bool reading);

/// Whether a format reads a complete date: year with month and day, with the day of the year, or
/// with week and day of the week.
bool says_date(std::string_view format);

/// The text of a time by a format, in English as in R's C locale.
std::string format_time(const Moment&, std::string_view format);

/// A time as a text says it.
struct ReadTime {
  double seconds = 0;       ///< since 1970-01-01 by the clock of the text's time zone
  bool is_instant = false;  ///< the text said its distance from UTC (%z, %s), which is taken off
};

/// What `text` says in a strptime format; what follows the match is ignored, as in R. Nothing: no
/// match, no such day, or no complete date. Hours, minutes and seconds that the format does not
/// read are zero.
std::optional<ReadTime> read_time(std::string_view text, std::string_view format);

std::string_view month_name(int month, bool abbreviated);      ///< month from 1
std::string_view weekday_name(int weekday, bool abbreviated);  ///< 0: Sunday

}  // namespace insitu
