#include "columnar/calendars.hpp"

#include "data/time_ticks.hpp"

namespace insitu {

namespace {

constexpr std::int64_t kGregorianBegin = -141427;  // 1582-10-15
constexpr std::int64_t kMicrosPerDay = 86'400'000'000;

// Both ways count from 1 March of year 0, so that the leap day ends a year of theirs.

/// Days since 1970 of the first of a month.
std::int64_t first_of_month(std::int64_t year, std::int64_t months_after_march) {
  const auto era = floor_divided(year, 400);
  const auto of_era = year - era * 400;
  const auto day = (153 * months_after_march + 2) / 5;
  return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + day - 719468;
}

}  // namespace

std::int64_t gregorian_from_julian_days(std::int64_t days) {
  if (days >= kGregorianBegin) return days;
  const auto since = days + 719470;  // Julian 0000-03-01
  const auto era = floor_divided(since, 1461);
  const auto of_era = since - era * 1461;
  const auto year = (of_era - of_era / 1460) / 365;
  const auto of_year = of_era - 365 * year;
  const auto month = (5 * of_year + 2) / 153;
  return first_of_month(era * 4 + year, month) + (of_year - (153 * month + 2) / 5);
}

std::int64_t gregorian_from_julian_micros(std::int64_t micros) {
  const auto days = floor_divided(micros, kMicrosPerDay);
  return micros + (gregorian_from_julian_days(days) - days) * kMicrosPerDay;
}

}  // namespace insitu
