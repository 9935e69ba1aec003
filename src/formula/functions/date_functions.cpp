// Dates and times. Times are instants; a time zone says what the clock shows. Values that no format
// fits are missing.
#include <array>
#include <cmath>
#include <limits>

#include "base/civil_date.hpp"
#include "formula/expression/calendar.hpp"
#include "formula/expression/time_zone.hpp"
#include "formula/expression/value.hpp"

namespace insitu {

namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr double kSecondsPerDay = 86400;

constexpr std::array<std::string_view, 2> kDateFormats = {"%Y-%m-%d", "%Y/%m/%d"};
constexpr std::array<std::string_view, 6> kTimeFormats = {
    "%Y-%m-%d %H:%M:%OS", "%Y/%m/%d %H:%M:%OS", "%Y-%m-%d %H:%M",
    "%Y/%m/%d %H:%M",     "%Y-%m-%d",           "%Y/%m/%d"};

/// The instant that a text says by the first format that fits.
template <class Formats>
double first_match(std::string_view text, const Formats& formats, const TimeZone& zone) {
  for (const auto& format : formats)
    if (const auto time = read_time(text, format))
      return time->is_instant || zone.is_utc() ? time->seconds : zone.instant_of(time->seconds);
  return kNone;
}

const TimeZone& utc() {
  static const TimeZone zone;
  return zone;
}

/// Parses once per level of a factor, else once per row.
template <class F>
std::vector<double> from_texts(const Value& value, F&& parse) {
  if (value.is_factor()) {
    const auto& levels = *value.column.levels();
    std::vector<double> table(levels.size());
    for (std::size_t i = 0; i < levels.size(); ++i) table[i] = parse(std::string_view(levels[i]));
    return map1<double>(Items<std::int32_t>(value.column.values<std::int32_t>()),
                        [&](std::int32_t code) {
                          return code < 0 ? kNone : table[static_cast<std::size_t>(code)];
                        });
  }
  const auto& column = value.column;
  std::vector<double> out(column.size());
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i] = column.string_valid(i) ? parse(column.string_at(i)) : kNone;
  return out;
}

bool is_text(const Value& value) { return value.kind() == Kind::kString || value.is_factor(); }

const TimeZone& zone_of(const FunctionCall& call, const std::string& name) {
  return TimeZone::named(name, std::string(call.environment.what) + ": " + call.name + "()");
}

/// The zone that an argument names, else that of the times.
std::string zone_name(const FunctionCall& call, std::size_t i, const std::string& otherwise) {
  const auto name = call.text(i, "");
  return name.empty() ? otherwise : name;
}

/// The formats of an argument: constant strings, tried in order.
std::vector<std::string> formats_of(const FunctionCall& call, std::size_t i) {
  const auto& value = call.constant(i);
  if (value.kind() != Kind::kString || value.size() == 0)
    call.fail("argument must be strings: " + call.parameters[i]);
  std::vector<std::string> formats;
  for (std::size_t j = 0; j < value.size(); ++j) {
    const auto& format = formats.emplace_back(value.column.string_at(j));
    if (const auto unknown = unknown_conversion(format, true))
      call.fail("cannot read by the conversion " + *unknown + " of the format \"" + format + "\"");
    if (!says_date(format))
      call.fail("the format \"" + format +
                "\" reads no complete date (R would take today's); read it together with a date, "
                "as in paste(date, time)");
  }
  return formats;
}

double date_of(double seconds) { return std::floor(seconds / kSecondsPerDay); }

Value as_date(const FunctionCall& call) {  // x, format, tryFormats, origin, tz, optional
  const auto& x = call[0];
  const auto shape = shape_of(x);
  if (is_text(x)) {
    std::vector<std::string> formats;
    for (const std::size_t i : {1, 2})
      if (call.has(i) && formats.empty()) formats = formats_of(call, i);
    if (formats.empty()) return dates_from_text(x);
    return make_value(shape, Type::kDate, from_texts(x, [&](std::string_view text) {
                        return date_of(first_match(text, formats, utc()));
                      }));
  }
  if (x.kind() == Kind::kDate) return x;
  if (x.kind() == Kind::kDateTime) {
    // R 4.2 takes the day in UTC unless it is told a zone.
    const auto& zone = zone_of(call, call.text(4, ""));
    return make_value(shape, Type::kDate, map1<double>(doubles(x), [&](double v) {
                        if (zone.is_utc() || !std::isfinite(v)) return date_of(v);
                        const auto m = zone.at(v);
                        return static_cast<double>(days_from_civil(m.year, m.month, m.day));
                      }));
  }
  double origin = 0;
  const std::size_t at = call.has(3) ? 3 : 1;  // the second argument of a number is its origin
  if (call.has(at)) {
    const auto& given = call.constant(at);
    if (given.size() != 1) call.fail("argument must be one date: origin");
    const auto date = is_text(given) ? dates_from_text(given) : given;
    origin = date.kind() == Kind::kDateTime ? date_of(doubles(date)[0]) : doubles(date)[0];
    if (origin != origin) call.fail("argument must be a date such as \"1970-01-01\": origin");
  }
  return make_value(shape, Type::kDate,
                    map1<double>(doubles(x), [&](double v) { return v + origin; }));
}

Value as_time(const FunctionCall& call) {  // x, tz, format, tryFormats, origin, optional
  const auto& x = call[0];
  const auto shape = shape_of(x);
  const auto name = call.text(1, "");
  const auto& zone = zone_of(call, name);
  const auto in_zone = [&](Value result) {
    result.time_zone = name;
    return result;
  };
  if (is_text(x)) {
    std::vector<std::string> formats;
    for (const std::size_t i : {2, 3})
      if (call.has(i) && formats.empty()) formats = formats_of(call, i);
    return in_zone(make_value(shape, Type::kDateTime, from_texts(x, [&](std::string_view text) {
                                return formats.empty() ? first_match(text, kTimeFormats, zone)
                                                       : first_match(text, formats, zone);
                              })));
  }
  if (x.kind() == Kind::kDateTime) return name.empty() ? x : in_zone(x);
  if (x.kind() == Kind::kDate)
    return in_zone(make_value(shape, Type::kDateTime, map1<double>(doubles(x), [](double v) {
                                return v * kSecondsPerDay;
                              })));
  double origin = 0;
  if (call.has(4)) {
    const auto& given = call.constant(4);
    if (given.size() != 1) call.fail("argument must be one time: origin");
    const auto time = is_text(given) ? times_from_text(given) : given;
    origin = doubles(time)[0] * (time.kind() == Kind::kDate ? kSecondsPerDay : 1);
    if (origin != origin) call.fail("argument must be a time such as \"1970-01-01\": origin");
  }
  return in_zone(make_value(shape, Type::kDateTime,
                            map1<double>(doubles(x), [&](double v) { return v + origin; })));
}

/// strptime(x, format, tz).
Value string_to_time(const FunctionCall& call) {
  const auto& x = call[0];
  if (!is_text(x)) call.fail("reads strings, not " + std::string(kind_name(x.kind())));
  const auto name = call.text(2, "");
  const auto& zone = zone_of(call, name);
  const auto formats = formats_of(call, 1);
  auto result = make_value(shape_of(x), Type::kDateTime, from_texts(x, [&](std::string_view text) {
                             return first_match(text, formats, zone);
                           }));
  result.time_zone = name;
  return result;
}

const Value& time_argument(const FunctionCall& call) {
  const auto& x = call[0];
  if (x.kind() != Kind::kDate && x.kind() != Kind::kDateTime)
    call.fail("needs dates or times, not " + std::string(kind_name(x.kind())) +
              "; as.Date() and as.POSIXct() make them");
  return x;
}

/// Calls f(moment) per row; `missing` where the time is missing or infinite.
template <class F>
void for_each_moment(const Value& x, const TimeZone& zone, F&& f) {
  const auto items = doubles(x);
  const bool date = x.kind() == Kind::kDate;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const double item = items.data()[i];
    if (!std::isfinite(item))
      f(nullptr);
    else {
      const auto moment = date ? Moment::of_days(item) : zone.at(item);
      f(&moment);
    }
  }
}

template <class F>
Value texts_of_times(const Value& x, const TimeZone& zone, F&& text) {
  StringBuilder builder;
  builder.reserve(x.size(), 10 * x.size());
  for_each_moment(x, zone, [&](const Moment* moment) {
    moment ? builder.append(text(*moment)) : builder.append_missing();
  });
  return make_strings(shape_of(x), std::move(builder));
}

Value format_value(const FunctionCall& call) {  // x, format, tz
  const auto& x = call[0];
  if (x.kind() != Kind::kDate && x.kind() != Kind::kDateTime) {
    if (x.kind() == Kind::kString || x.is_factor() || x.kind() == Kind::kLogical)
      call.fail(
          "pads to a common width, which depends on other rows; use as.character() or formatC(x, "
          "width = )");
    call.fail(
        "numbers get the digits that all rows need, which depends on other rows; use sprintf(), "
        "formatC() or as.character()");
  }
  const auto& zone = zone_of(call, zone_name(call, 2, x.time_zone));
  const auto format = call.text(1, x.kind() == Kind::kDate ? "%Y-%m-%d" : "%Y-%m-%d %H:%M:%S");
  if (const auto unknown = unknown_conversion(format, false))
    call.fail("does not know the conversion " + *unknown + " of the format \"" + format + "\"");
  return texts_of_times(x, zone, [&](const Moment& moment) { return format_time(moment, format); });
}

Value weekdays(const FunctionCall& call) {
  const bool abbreviated = call.flag(1, false);
  return texts_of_times(time_argument(call), zone_of(call, call[0].time_zone),
                        [&](const Moment& m) { return weekday_name(m.weekday, abbreviated); });
}

Value months(const FunctionCall& call) {
  const bool abbreviated = call.flag(1, false);
  return texts_of_times(time_argument(call), zone_of(call, call[0].time_zone),
                        [&](const Moment& m) { return month_name(m.month, abbreviated); });
}

Value quarters(const FunctionCall& call) {
  return texts_of_times(time_argument(call), zone_of(call, call[0].time_zone),
                        [](const Moment& m) { return "Q" + std::to_string((m.month + 2) / 3); });
}

/// A time in seconds from dates, times or strings (by the clock of the zone).
Value seconds_of(const FunctionCall& call, std::size_t i, const TimeZone& zone) {
  const auto& x = call[i];
  const auto time = is_text(x)
                        ? make_value(shape_of(x), Type::kDateTime,
                                     from_texts(x,
                                                [&](std::string_view text) {
                                                  return first_match(text, kTimeFormats, zone);
                                                }))
                        : x;
  if (time.kind() == Kind::kDateTime) return time;
  if (time.kind() != Kind::kDate)
    call.fail("needs dates or times, not " + std::string(kind_name(x.kind())));
  return make_value(shape_of(time), Type::kDateTime,
                    map1<double>(doubles(time), [](double v) { return v * kSecondsPerDay; }));
}

Value difference(const FunctionCall& call) {  // time1, time2, tz, units
  const auto& zone = zone_of(call, call.text(2, ""));
  const auto units = call.text(3, "auto");
  const bool dates = call[0].kind() == Kind::kDate && call[1].kind() == Kind::kDate;
  const double unit = units != "auto" ? seconds_per_unit(call, units)
                      : dates         ? kSecondsPerDay
                                      : kOpenUnit;
  const double divisor = unit == kOpenUnit ? 1 : unit;
  const auto a = seconds_of(call, 0, zone), b = seconds_of(call, 1, zone);
  const auto shape = call.shape({&a, &b});
  auto result = make_value(shape, Type::kFloat64,
                           map2<double>(shape.size, doubles(a), doubles(b),
                                        [=](double x, double y) { return (x - y) / divisor; }));
  result.difference_unit = unit;
  return result;
}

/// as.difftime(number, units = ).
Value as_difference(const FunctionCall& call) {  // tim, format, units
  const auto& x = call.numeric(0);
  if (call.has(1)) call.fail("reads numbers; difftime(strptime(...), ...) reads texts");
  const auto units = call.text(2, "auto");
  if (units == "auto") call.fail("needs the unit, for example units = \"mins\"");
  auto result = as_doubles(x);
  result.difference_unit = seconds_per_unit(call, units);
  return result;
}

Value iso_date_time(const FunctionCall& call,
                    double default_hour) {  // year, month, day, hour, min, sec, tz
  const auto name = call.text(6, "");
  const auto& zone = zone_of(call, name);
  std::vector<Value> parts;
  for (std::size_t i = 0; i < 6; ++i)
    parts.push_back(i < 3 || call.has(i) ? call.numeric(i)
                                         : constant_number(i == 3 ? default_hour : 0));
  std::vector<const Value*> operands;
  for (const auto& part : parts) operands.push_back(&part);
  const auto shape = call.shape(operands);
  std::vector<Items<double>> items;
  for (const auto& part : parts) items.push_back(doubles(part));
  std::vector<double> out(shape.size);
  for (std::size_t i = 0; i < out.size(); ++i) {
    std::array<double, 6> v{};
    bool whole = true;
    for (std::size_t j = 0; j < 6; ++j) {
      v[j] = items[j].recycled(i);
      whole &= j == 5 ? std::isfinite(v[j]) : v[j] == std::trunc(v[j]) && std::fabs(v[j]) < 1e6;
    }
    const bool valid = whole && v[0] >= 0 && v[0] <= 9999 && v[1] >= 1 && v[1] <= 12 && v[2] >= 1 &&
                       v[3] >= 0 && v[3] <= 24 && v[4] >= 0 && v[4] < 60 && v[5] >= 0 && v[5] < 62;
    if (!valid) {
      out[i] = kNone;
      continue;
    }
    const auto year = static_cast<std::int64_t>(v[0]), month = static_cast<std::int64_t>(v[1]);
    const auto first = days_from_civil(year, month, 1), next = days_from_civil(year, month + 1, 1);
    out[i] = v[2] > static_cast<double>(next - first)
                 ? kNone
                 : (static_cast<double>(first) + v[2] - 1) * kSecondsPerDay + v[3] * 3600 +
                       v[4] * 60 + v[5];
  }
  if (!zone.is_utc())
    for (auto& seconds : out) seconds = zone.instant_of(seconds);
  auto result = make_value(shape, Type::kDateTime, std::move(out));
  result.time_zone = name;
  return result;
}

Value iso_date(const FunctionCall& call) { return iso_date_time(call, 12); }
Value iso_datetime(const FunctionCall& call) { return iso_date_time(call, 0); }

Value broken_down(const FunctionCall& call) {
  call.fail(
      "a broken-down time is no column; take one part, as in as.POSIXlt(x)$year, or use "
      "as.POSIXct()");
}

}  // namespace

Value in_unit(const Value& difference, double unit) {
  const double from = difference.difference_unit == kOpenUnit ? 1 : difference.difference_unit;
  if (from == unit) return difference;
  auto result =
      make_value(shape_of(difference), Type::kFloat64,
                 map1<double>(doubles(difference), [&](double v) { return v * from / unit; }));
  result.difference_unit = unit;
  return result;
}

double seconds_per_unit(const FunctionCall& call, const std::string& name) {
  for (const auto& [unit, seconds] : {std::pair{"secs", 1.0},
                                      {"mins", 60.0},
                                      {"hours", 3600.0},
                                      {"days", 86400.0},
                                      {"weeks", 604800.0}})
    if (!name.empty() && std::string_view(unit).starts_with(name)) return seconds;
  call.fail("units must be one of \"secs\", \"mins\", \"hours\", \"days\", \"weeks\", not \"" +
            name + "\"");
}

Value dates_from_text(const Value& value) {
  return make_value(shape_of(value), Type::kDate, from_texts(value, [](std::string_view text) {
                      return date_of(first_match(text, kDateFormats, utc()));
                    }));
}

Value times_from_text(const Value& value) {
  return make_value(shape_of(value), Type::kDateTime, from_texts(value, [](std::string_view text) {
                      return first_match(text, kTimeFormats, utc());
                    }));
}

Value time_component(const FunctionCall& call, const Value& time, std::string_view component) {
  const auto& zone = zone_of(call, time.time_zone);
  const auto whole = [&](auto part) {
    std::vector<std::int32_t> out;
    out.reserve(time.size());
    for_each_moment(time, zone, [&](const Moment* m) {
      out.push_back(m ? static_cast<std::int32_t>(part(*m)) : missing_value<std::int32_t>());
    });
    return make_value(shape_of(time), Type::kInt32, std::move(out));
  };
  if (component == "year") return whole([](const Moment& m) { return m.year - 1900; });
  if (component == "mon") return whole([](const Moment& m) { return m.month - 1; });
  if (component == "mday") return whole([](const Moment& m) { return m.day; });
  if (component == "hour") return whole([](const Moment& m) { return m.hour; });
  if (component == "min") return whole([](const Moment& m) { return m.minute; });
  if (component == "wday") return whole([](const Moment& m) { return m.weekday; });
  if (component == "yday") return whole([](const Moment& m) { return m.yearday; });
  if (component == "sec") {
    std::vector<double> out;
    for_each_moment(time, zone, [&](const Moment* m) { out.push_back(m ? m->second : kNone); });
    return make_value(shape_of(time), Type::kFloat64, std::move(out));
  }
  call.fail(
      "a time has the parts year (since 1900), mon (from 0), mday, hour, min, sec, wday, yday; "
      "not " +
      std::string(component));
}

void add_date_functions(FunctionTable& table) {
  table["as.Date"] = {{"x", "format", "tryFormats", "origin", "tz", "optional"}, as_date};
  table["as.POSIXct"] = {{"x", "tz", "format", "tryFormats", "origin", "optional"}, as_time};
  table["as.POSIXlt"] = {{"x", "tz", "format", "tryFormats", "origin", "optional"}, broken_down};
  table["strptime"] = {{"x", "format", "tz"}, string_to_time};
  table["format"] = {{"x", "format", "tz"}, format_value};
  table["strftime"] = {{"x", "format", "tz"}, format_value};
  table["weekdays"] = {{"x", "abbreviate"}, weekdays};
  table["months"] = {{"x", "abbreviate"}, months};
  table["quarters"] = {{"x", "abbreviate"}, quarters};
  table["difftime"] = {{"time1", "time2", "tz", "units"}, difference};
  table["as.difftime"] = {{"tim", "format", "units"}, as_difference};
  table["ISOdate"] = {{"year", "month", "day", "hour", "min", "sec", "tz"}, iso_date};
  table["ISOdatetime"] = {{"year", "month", "day", "hour", "min", "sec", "tz"}, iso_datetime};
}

}  // namespace insitu
