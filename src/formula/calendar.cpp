#include "formula/calendar.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace insitu {

namespace {

constexpr std::array<std::string_view, 12> kMonths = {
    "January", "February", "March",     "April",   "May",      "June",
    "July",    "August",   "September", "October", "November", "December"};
constexpr std::array<std::string_view, 7> kWeekdays = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                       "Thursday", "Friday", "Saturday"};

std::int64_t floor_divide(std::int64_t a, std::int64_t b) {
  return a / b - (a % b != 0 && (a < 0) != (b < 0));
}

bool is_leap(std::int64_t year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

int days_in_month(std::int64_t year, int month) {
  constexpr std::array<int, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return kDays[static_cast<std::size_t>(month - 1)] + (month == 2 && is_leap(year));
}

/// Week 1 is the one with the year's first Thursday (ISO 8601).
std::pair<std::int64_t, int> iso_week(const Moment& m) {
  const int monday_based = (m.weekday + 6) % 7;
  const int week = (m.yearday - monday_based + 10) / 7;
  const auto weeks_in = [](std::int64_t year) {
    const auto first = Moment::of_days(static_cast<double>(days_from_civil(year, 1, 1))).weekday;
    return first == 4 || (first == 3 && is_leap(year)) ? 53 : 52;
  };
  if (week < 1) return {m.year - 1, weeks_in(m.year - 1)};
  if (week > weeks_in(m.year)) return {m.year + 1, 1};
  return {m.year, week};
}

}  // namespace

std::string_view month_name(int month, bool abbreviated) {
  const auto name = kMonths[static_cast<std::size_t>(month - 1)];
  return abbreviated ? name.substr(0, 3) : name;
}

std::string_view weekday_name(int weekday, bool abbreviated) {
  const auto name = kWeekdays[static_cast<std::size_t>(weekday)];
  return abbreviated ? name.substr(0, 3) : name;
}

std::int64_t days_from_civil(std::int64_t year, std::int64_t month, std::int64_t day) {
  // Years that begin in March have the leap day at their end: 153 days in any five months from
  // there.
  const auto months = year * 12 + month - 3;
  const auto y = floor_divide(months, 12), m = months - 12 * y;
  return 365 * y + floor_divide(y, 4) - floor_divide(y, 100) + floor_divide(y, 400) +
         (153 * m + 2) / 5 + day - 1 - 719468;
}

Moment Moment::of_days(double days) {
  const auto n = static_cast<std::int64_t>(std::floor(std::clamp(days, -1e9, 1e9)));
  // 400 years have 146097 days; inside them estimate the March year and correct by one.
  const auto shifted = n + 719468;
  const auto era = floor_divide(shifted, 146097);
  const auto in_era = shifted - era * 146097;
  const auto days_before = [](std::int64_t y) { return 365 * y + y / 4 - y / 100 + y / 400; };
  auto y = std::min<std::int64_t>(399, in_era / 365);
  while (days_before(y) > in_era) --y;
  const auto in_year = in_era - days_before(y);
  const auto m = (5 * in_year + 2) / 153;
  Moment moment;
  moment.day = static_cast<int>(in_year - (153 * m + 2) / 5 + 1);
  moment.month = static_cast<int>(m < 10 ? m + 3 : m - 9);
  moment.year = era * 400 + y + (m >= 10);
  moment.weekday = static_cast<int>(((n + 4) % 7 + 7) % 7);
  moment.yearday = static_cast<int>(n - days_from_civil(moment.year, 1, 1));
  return moment;
}

Moment Moment::of_seconds(double seconds) {
  const double days = std::floor(seconds / 86400);
  auto moment = of_days(days);
  double rest = seconds - days * 86400;
  rest = std::clamp(rest, 0.0, std::nextafter(86400.0, 0));
  moment.hour = static_cast<int>(rest / 3600);
  rest -= moment.hour * 3600.0;
  moment.minute = static_cast<int>(rest / 60);
  moment.second = rest - moment.minute * 60.0;
  return moment;
}

std::string format_time(const Moment& m, std::string_view format) {
  std::string out;
  char buffer[64];
  const auto put = [&](const char* pattern, auto value) {
    std::snprintf(buffer, sizeof buffer, pattern, value);
    out += buffer;
  };
  const int twelve = m.hour % 12 == 0 ? 12 : m.hour % 12;
  const auto whole_second = static_cast<int>(m.second);
  for (std::size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%' || i + 1 == format.size()) {
      out += format[i];
      continue;
    }
    const char c = format[++i];
    switch (c) {
      case 'Y':
        put("%lld", static_cast<long long>(m.year));
        break;
      case 'y':
        put("%02d", static_cast<int>(((m.year % 100) + 100) % 100));
        break;
      case 'C':
        put("%02d", static_cast<int>(floor_divide(m.year, 100)));
        break;
      case 'm':
        put("%02d", m.month);
        break;
      case 'd':
        put("%02d", m.day);
        break;
      case 'e':
        put("%2d", m.day);
        break;
      case 'H':
        put("%02d", m.hour);
        break;
      case 'k':
        put("%2d", m.hour);
        break;
      case 'I':
        put("%02d", twelve);
        break;
      case 'l':
        put("%2d", twelve);
        break;
      case 'M':
        put("%02d", m.minute);
        break;
      case 'S':
        put("%02d", whole_second);
        break;
      case 'O':
        if (i + 1 < format.size() && format[i + 1] == 'S') {
          ++i;
          int digits = 0;
          if (i + 1 < format.size() && format[i + 1] >= '0' && format[i + 1] <= '9')
            digits = std::min(6, format[++i] - '0');
          // Cut, not rounded, so that 59.9996 does not become 60.000.
          const double scale = std::pow(10, digits);
          std::snprintf(buffer, sizeof buffer, "%0*.*f", digits ? digits + 3 : 2, digits,
                        std::floor(m.second * scale + 1e-6) / scale);
          out += buffer;
        } else {
          out += "%O";
        }
        break;
      case 'p':
        out += m.hour < 12 ? "AM" : "PM";
        break;
      case 'j':
        put("%03d", m.yearday + 1);
        break;
      case 'b':
      case 'h':
        out += month_name(m.month, true);
        break;
      case 'B':
        out += month_name(m.month, false);
        break;
      case 'a':
        out += weekday_name(m.weekday, true);
        break;
      case 'A':
        out += weekday_name(m.weekday, false);
        break;
      case 'u':
        put("%d", m.weekday == 0 ? 7 : m.weekday);
        break;
      case 'w':
        put("%d", m.weekday);
        break;
      case 'U':
        put("%02d", (m.yearday + 7 - m.weekday) / 7);
        break;
      case 'W':
        put("%02d", (m.yearday + 7 - (m.weekday + 6) % 7) / 7);
        break;
      case 'V':
        put("%02d", iso_week(m).second);
        break;
      case 'G':
        put("%lld", static_cast<long long>(iso_week(m).first));
        break;
      case 's':
        put("%lld", static_cast<long long>(days_from_civil(m.year, m.month, m.day) * 86400 +
                                           m.hour * 3600 + m.minute * 60 + whole_second));
        break;
      case 'D':
        out += format_time(m, "%m/%d/%y");
        break;
      case 'F':
        out += format_time(m, "%Y-%m-%d");
        break;
      case 'T':
        out += format_time(m, "%H:%M:%S");
        break;
      case 'R':
        out += format_time(m, "%H:%M");
        break;
      case 'Z':
        out += "UTC";
        break;
      case 'z':
        out += "+0000";
        break;
      case 'n':
        out += '\n';
        break;
      case 't':
        out += '\t';
        break;
      case '%':
        out += '%';
        break;
      default:
        out += '%', out += c;
    }
  }
  return out;
}

namespace {

/// Reads a time by a format; keeps what it has seen.
class TimeParser {
 public:
  TimeParser(std::string_view text) : text_(text) {}

  bool read(std::string_view format, int depth = 0) {
    for (std::size_t i = 0; i < format.size(); ++i) {
      const char c = format[i];
      if (is_space(c)) {
        skip_space();
      } else if (c != '%' || i + 1 == format.size()) {
        if (text_.empty() || text_[0] != c) return false;
        text_.remove_prefix(1);
      } else {
        char spec = format[++i];
        if (spec == 'O' && i + 1 < format.size() && format[i + 1] == 'S') {
          ++i;
          if (i + 1 < format.size() && format[i + 1] >= '0' && format[i + 1] <= '9') ++i;
          if (!seconds()) return false;
          continue;
        }
        if (!specification(spec, depth)) return false;
      }
    }
    return true;
  }

  std::optional<double> result() const {
    if (year_ < 0) return std::nullopt;
    std::int64_t days = 0;
    if (month_ > 0 && day_ > 0) {
      if (day_ > days_in_month(year_, month_)) return std::nullopt;
      days = days_from_civil(year_, month_, day_);
    } else if (yearday_ > 0) {
      if (yearday_ > 365 + is_leap(year_)) return std::nullopt;
      days = days_from_civil(year_, 1, 1) + yearday_ - 1;
    } else {
      return std::nullopt;
    }
    int hour = hour_;
    if (twelve_ >= 0) hour = twelve_ % 12 + (pm_ ? 12 : 0);
    return static_cast<double>(days) * 86400 + hour * 3600.0 + minute_ * 60.0 + second_ - offset_;
  }

 private:
  static bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
  static bool is_digit(char c) { return c >= '0' && c <= '9'; }
  void skip_space() {
    while (!text_.empty() && is_space(text_[0])) text_.remove_prefix(1);
  }

  bool number(int low, int high, int width, int& out) {
    skip_space();
    int value = 0, digits = 0;
    while (digits < width && !text_.empty() && is_digit(text_[0])) {
      value = value * 10 + (text_[0] - '0');
      text_.remove_prefix(1), ++digits;
    }
    if (digits == 0 || value < low || value > high) return false;
    out = value;
    return true;
  }

  bool seconds() {
    int whole = 0;
    if (!number(0, 61, 2, whole)) return false;
    second_ = whole;
    if (!text_.empty() && text_[0] == '.') {
      text_.remove_prefix(1);
      double scale = 1, fraction = 0;
      for (; !text_.empty() && is_digit(text_[0]); text_.remove_prefix(1))
        if (scale < 1e9) fraction = fraction * 10 + (text_[0] - '0'), scale *= 10;
      second_ += fraction / scale;
    }
    return true;
  }

  template <std::size_t N>
  bool name(const std::array<std::string_view, N>& names, int& out) {
    const auto matches = [&](std::string_view word) {
      return text_.size() >= word.size() &&
             std::equal(word.begin(), word.end(), text_.begin(), [](char a, char b) {
               const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; };
               return lower(a) == lower(b);
             });
    };
    for (std::size_t i = 0; i < N; ++i)
      for (const auto word : {names[i], names[i].substr(0, 3)})
        if (matches(word)) {
          text_.remove_prefix(word.size());
          out = static_cast<int>(i);
          return true;
        }
    return false;
  }

  bool specification(char spec, int depth) {
    int ignored = 0;
    switch (spec) {
      case 'Y':
        return number(0, 9999, 4, year_);
      case 'y':
        if (!number(0, 99, 2, year_)) return false;
        year_ += year_ <= 68 ? 2000 : 1900;
        return true;
      case 'm':
        return number(1, 12, 2, month_);
      case 'd':
      case 'e':
        return number(1, 31, 2, day_);
      case 'j':
        return number(1, 366, 3, yearday_);
      case 'H':
      case 'k':
        return number(0, 24, 2, hour_);
      case 'I':
      case 'l':
        return number(1, 12, 2, twelve_);
      case 'M':
        return number(0, 59, 2, minute_);
      case 'S': {
        int whole = 0;
        if (!number(0, 61, 2, whole)) return false;
        second_ = whole;
        return true;
      }
      case 'b':
      case 'B':
      case 'h':
        if (!name(kMonths, month_)) return false;
        ++month_;
        return true;
      case 'a':
      case 'A':
        return name(kWeekdays, ignored);
      case 'p': {
        static constexpr std::array<std::string_view, 2> kHalves = {"AM ", "PM "};
        for (std::size_t i = 0; i < 2; ++i) {
          const auto half = kHalves[i].substr(0, 2);
          if (text_.size() >= 2 && (text_[0] | 32) == (half[0] | 32) && (text_[1] | 32) == 'm') {
            pm_ = i == 1;
            text_.remove_prefix(2);
            return true;
          }
        }
        return false;
      }
      case 'z': {
        if (!text_.empty() && text_[0] == 'Z') return text_.remove_prefix(1), true;
        if (text_.empty() || (text_[0] != '+' && text_[0] != '-')) return false;
        const int sign = text_[0] == '-' ? -1 : 1;
        text_.remove_prefix(1);
        int hours = 0, minutes = 0;
        if (!number(0, 14, 2, hours)) return false;
        if (!text_.empty() && text_[0] == ':') text_.remove_prefix(1);
        if (!number(0, 59, 2, minutes)) return false;
        offset_ = sign * (hours * 3600 + minutes * 60);
        return true;
      }
      case 'D':
        return depth == 0 && read("%m/%d/%y", 1);
      case 'F':
        return depth == 0 && read("%Y-%m-%d", 1);
      case 'T':
        return depth == 0 && read("%H:%M:%S", 1);
      case 'R':
        return depth == 0 && read("%H:%M", 1);
      case 'n':
      case 't':
        skip_space();
        return true;
      case '%':
        if (text_.empty() || text_[0] != '%') return false;
        text_.remove_prefix(1);
        return true;
      default:
        return false;
    }
  }

  std::string_view text_;
  int year_ = -1, month_ = 0, day_ = 0, yearday_ = 0, hour_ = 0, twelve_ = -1, minute_ = 0,
      offset_ = 0;
  double second_ = 0;
  bool pm_ = false;
};

}  // namespace

std::optional<double> parse_time(std::string_view text, std::string_view format) {
  TimeParser parser(text);
  if (!parser.read(format)) return std::nullopt;
  return parser.result();
}

}  // namespace insitu
