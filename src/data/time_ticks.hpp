#pragma once
// Times between whole ticks since 1970 (Arrow, Parquet) and seconds since 1970 in a double
// (type.hpp). One rounding each way; a time never crosses into a second, and so into a day, in
// which it does not lie.
#include <cmath>
#include <cstdint>

namespace insitu {

constexpr std::int64_t floor_divided(std::int64_t value, std::int64_t by) {
  return value / by - (value % by < 0);
}

/// Seconds of `ticks`, of which `per_second` (1, 1000, 1000000, 1000000000) make one. Digits finer
/// than microseconds are cut off towards the past.
inline double seconds_of_ticks(std::int64_t ticks, std::int64_t per_second) {
  if (per_second > 1000000) {
    ticks = floor_divided(ticks, per_second / 1000000);
    per_second = 1000000;
  }
  const auto whole_ticks = floor_divided(ticks, per_second);
  const auto whole = static_cast<double>(whole_ticks);
  const auto rest = ticks - whole_ticks * per_second;
  // Beyond 2^53 ticks are no doubles. What rounding the rest changes does not matter to the sum:
  // the middle between two doubles there is a tick, which is exact, or well away from all of them.
  constexpr std::int64_t kDoubles = std::int64_t{1} << 53;
  const auto seconds = ticks >= -kDoubles && ticks <= kDoubles
                           ? static_cast<double>(ticks) / static_cast<double>(per_second)
                           : whole + static_cast<double>(rest) / static_cast<double>(per_second);
  // Far from 1970 a double has no microseconds: the nearest one may be the second that follows.
  return std::floor(seconds) > whole && rest != 0 ? std::nextafter(seconds, -HUGE_VAL) : seconds;
}

/// Microseconds of a time in seconds, |seconds| <= 9.2e12. The whole seconds are taken apart first:
/// seconds * 1e6 would be rounded itself.
inline std::int64_t micros_of_seconds(double seconds) {
  const double whole = std::floor(seconds);
  return static_cast<std::int64_t>(whole) * 1000000 + std::llround((seconds - whole) * 1e6);
}

}  // namespace insitu
