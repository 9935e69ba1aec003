#include "formula/expression/time_zone.hpp"

#include <absl/time/time.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <mutex>

#include "base/error.hpp"
#include "base/fork_safe_mutex.hpp"
#include "base/number_text.hpp"

namespace insitu {

namespace {

constexpr double kFarthest = 1e14;  // seconds: three million years; beyond it zones tell nothing

/// Names of zones are relative paths into the database, nothing else.
bool is_zone_name(std::string_view name) {
  return !name.empty() && name.size() <= 64 && name[0] != '/' &&
         name.find("..") == std::string_view::npos &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return is_ascii_letter(c) || is_ascii_digit(c) ||
                  std::string_view("/_+-").find(c) != std::string_view::npos;
         });
}

}  // namespace

struct TimeZone::Zone {
  absl::TimeZone zone;
};

namespace {

struct KnownZones {
  ForkSafeMutex mutex;
  std::map<std::string, TimeZone> by_name;  // entries never move
};

/// Made while the program is loaded, so that no copy of the process is made in the middle of it.
KnownZones& known_zones = *new KnownZones;

}  // namespace

const TimeZone& TimeZone::named(const std::string& name, std::string_view what) {
  auto& known = known_zones.by_name;
  const std::scoped_lock lock(known_zones.mutex);
  if (const auto found = known.find(name); found != known.end()) return found->second;
  TimeZone zone;
  if (!name.empty() && name != "UTC" && name != "GMT") {
    auto loaded = std::make_shared<Zone>();
    if (!is_zone_name(name) || !absl::LoadTimeZone(name, &loaded->zone))
      throw InvalidArgument(std::string(what) + ": this machine knows no time zone \"" + name +
                            "\"; zones are named as \"Europe/Berlin\" and come from its tzdata");
    zone.zone_ = std::move(loaded);
  }
  return known.emplace(name, std::move(zone)).first->second;
}

Moment TimeZone::at(double seconds) const {
  if (!zone_ || std::fabs(seconds) > kFarthest) return Moment::of_seconds(seconds);
  const auto info =
      zone_->zone.At(absl::FromUnixSeconds(static_cast<std::int64_t>(std::floor(seconds))));
  auto moment = Moment::of_seconds(seconds + info.offset);
  moment.offset = info.offset;
  moment.zone = info.zone_abbr;  // lives as long as the zone, which is kept
  return moment;
}

double TimeZone::instant_of(double clock_seconds) const {
  if (!zone_ || !(std::fabs(clock_seconds) <= kFarthest)) return clock_seconds;
  const double whole = std::floor(clock_seconds);
  const auto moment = Moment::of_seconds(whole);
  const auto info =
      zone_->zone.At(absl::CivilSecond(moment.year, moment.month, moment.day, moment.hour,
                                       moment.minute, static_cast<int>(moment.second)));
  const auto instant = info.kind == absl::TimeZone::TimeInfo::SKIPPED ? info.post : info.pre;
  return static_cast<double>(absl::ToUnixSeconds(instant)) + (clock_seconds - whole);
}

}  // namespace insitu
