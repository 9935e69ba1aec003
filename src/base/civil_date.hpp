#pragma once
// Dates of the proleptic Gregorian calendar as days since 1970-01-01, and back.
#include <cstdint>
#include <string>

namespace insitu {

/// Days from 1970-01-01 to a day of a month; months beyond 1 to 12 carry into the year.
std::int64_t days_from_civil(std::int64_t year, std::int64_t month, std::int64_t day);

/// The date of a day number; inverse of days_from_civil.
struct CivilDate {
  std::int64_t year;
  int month, day;
};
CivilDate civil_from_days(std::int64_t days);

/// A date or a time as text: "2012-12-31", "2012-12-31 23:59:59"; "NA" for a missing one. Fractions
/// are cut off towards the past. `days` and `seconds` count from 1970-01-01.
std::string date_text(double days);
std::string time_text(double seconds);

}  // namespace insitu
