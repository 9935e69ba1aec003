#pragma once
// Times as databases write them.
#include <cstdint>
#include <string_view>

namespace insitu {

/// Seconds since 1970 of "2020-01-31 12:00:00.1234567 +02:00": fraction, offset ("+02", "+02:00")
/// and " BC" at the end may be missing, the year may have more than four digits. NaN: it is none,
/// or infinite.
double time_of_text(std::string_view);

/// The same of times that people and programs write into SQLite: "2020-01-31", "2020-01-31 12:00",
/// "2020-01-31T12:00:00Z" and the above, with years of four digits. NaN: it is none.
double time_as_written(std::string_view);
/// Days since 1970 of the date that such a text begins with.
double date_as_written(std::string_view);

/// Seconds since 1970 of whole ones and microseconds behind them (0 to 999999), also where all
/// microseconds together are more than 64 bits hold.
double time_of_seconds(std::int64_t seconds, std::int64_t micros);

}  // namespace insitu
