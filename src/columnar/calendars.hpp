#pragma once
// Dates that were stored by the Julian calendar, as Java's old classes count before 1582-10-15: the
// same year, month and day in the proleptic Gregorian calendar, which is the engine's everywhere.
#include <cstdint>

namespace insitu {

/// Days since 1970-01-01 of the day that has the label which the hybrid calendar (Julian before
/// 1582-10-15, Gregorian from then on) gives to `days`. 29 February of a Julian leap year that is
/// no Gregorian one becomes 1 March. As Spark's RebaseDateTime, for all years.
std::int64_t gregorian_from_julian_days(std::int64_t days);

/// The same of microseconds since 1970 in UTC: the day moves, the time of the day stays.
std::int64_t gregorian_from_julian_micros(std::int64_t micros);

}  // namespace insitu
