#include "base/civil_date.hpp"

#include <cmath>

#include "base/number_text.hpp"

namespace insitu {

namespace {

std::int64_t floor_divide(std::int64_t value, std::int64_t by) {
  return value / by - (value % by < 0);
}

}  // namespace

std::int64_t days_from_civil(std::int64_t year, std::int64_t month, std::int64_t day) {
  // Years that begin in March have the leap day at their end: 153 days in any five months from
  // there.
  const auto months = year * 12 + month - 3;
  const auto y = floor_divide(months, 12), m = months - 12 * y;
  return 365 * y + floor_divide(y, 4) - floor_divide(y, 100) + floor_divide(y, 400) +
         (153 * m + 2) / 5 + day - 1 - 719468;
}

CivilDate civil_from_days(std::int64_t days) {
  // Cycles of 400 years have 146097 days (Hinnant, "chrono-compatible low-level date algorithms").
  days += 719468;
  const auto cycle = floor_divide(days, 146097);
  const auto day_in_cycle = days - cycle * 146097;
  const auto year_in_cycle =
      (day_in_cycle - day_in_cycle / 1460 + day_in_cycle / 36524 - day_in_cycle / 146096) / 365;
  const auto day_in_year =
      day_in_cycle - (365 * year_in_cycle + year_in_cycle / 4 - year_in_cycle / 100);
  const int march_month = static_cast<int>((5 * day_in_year + 2) / 153);
  const int month = march_month + (march_month < 10 ? 3 : -9);
  const int day = static_cast<int>(day_in_year - (153 * march_month + 2) / 5 + 1);
  return {year_in_cycle + cycle * 400 + (month <= 2), month, day};
}

std::string date_text(double days) {
  if (std::isnan(days)) return "NA";
  const auto date = civil_from_days(static_cast<std::int64_t>(std::floor(days)));
  return whole_text(date.year, 4, '0') + "-" + whole_text(date.month, 2, '0') + "-" +
         whole_text(date.day, 2, '0');
}

std::string time_text(double seconds) {
  if (std::isnan(seconds)) return "NA";
  const double days = std::floor(seconds / 86400);
  const auto rest = static_cast<long>(seconds - days * 86400);
  return date_text(days) + " " + whole_text(rest / 3600, 2, '0') + ":" +
         whole_text(rest / 60 % 60, 2, '0') + ":" + whole_text(rest % 60, 2, '0');
}

}  // namespace insitu
