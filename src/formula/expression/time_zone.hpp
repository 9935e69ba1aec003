#pragma once
// Time zones by name, from the machine's own database (/usr/share/zoneinfo, or where TZDIR points).
#include <memory>
#include <string>
#include <string_view>

#include "formula/expression/calendar.hpp"

namespace insitu {

/// Immutable; safe to share.
class TimeZone {
 public:
  /// "America/New_York", "EST5EDT", ...; "", "UTC" and "GMT" are UTC. Throws InvalidArgument,
  /// beginning with `what`, for a name that the machine does not know.
  static const TimeZone& named(const std::string& name, std::string_view what);

  bool is_utc() const { return zone_ == nullptr; }
  /// The clock at an instant (seconds since 1970-01-01 UTC). REQUIRES: finite.
  Moment at(double seconds) const;
  /// The instant at which the clock shows this many seconds since 1970-01-01. Of two (a clock set
  /// back) the first; of none (a clock set forward) the one by the new offset, as R on Linux.
  double instant_of(double clock_seconds) const;

 private:
  struct Zone;
  std::shared_ptr<const Zone> zone_;  // null: UTC
};

}  // namespace insitu
