#include "formula/expression/calendar.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/civil_date.hpp"
#include "base/number_text.hpp"
#include "math/elementary.hpp"

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

Moment Moment::of_days(double days) {
  const auto n = static_cast<std::int64_t>(std::floor(std::clamp(days, -1e9, 1e9)));
  Moment moment;
  const auto date = civil_from_days(n);
  moment.day = date.day;
  moment.month = date.month;
  moment.year = date.year;
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

namespace {

/// One conversion of a format: %, flags and modifiers that change little, and its letter.
struct Conversion {
  char letter = 0;       // 0: the format ends in it
  char padding = 0;      // '-' none, '_' blanks, '0' zeros; 0: as usual
  int decimals = 0;      // of %OS
  bool seconds = false;  // %OS
  std::size_t end = 0;   // position behind it
};

/// `at`: position of the '%'.
Conversion conversion_at(std::string_view format, std::size_t at) {
  Conversion c;
  auto i = at + 1;
  const auto is = [&](std::string_view letters) {
    return i < format.size() && letters.find(format[i]) != std::string_view::npos;
  };
  if (is("-_0")) c.padding = format[i++];
  // %Ey, %Od: other calendars and digits, which English has not; %OS: seconds with their fraction.
  if (is("O") && i + 1 < format.size() && format[i + 1] == 'S') {
    c.seconds = true;
    i += 2;
    c.letter = 'S';
    if (i < format.size() && is_ascii_digit(format[i])) c.decimals = std::min(6, format[i++] - '0');
    c.end = i;
    return c;
  }
  if ((is("E") && i + 1 < format.size() &&
       std::string_view("cCxXyY").find(format[i + 1]) != std::string_view::npos) ||
      (is("O") && i + 1 < format.size() &&
       std::string_view("deHImMSuUVwWy").find(format[i + 1]) != std::string_view::npos))
    ++i;
  if (i < format.size()) c.letter = format[i++];
  c.end = i;
  return c;
}

constexpr std::string_view kWritten = "aAbBcCdDeFgGhHIjklmMnpPrRsStTuUVwWxXyYzZ%";
constexpr std::string_view kRead = "aAbBcCdDeFhHIjklmMnpPrRsStTuUwWxXyYz%";

}  // namespace

std::optional<std::string> unknown_conversion(std::string_view format, bool reading) {
  for (auto at = format.find('%'); at != format.npos; at = format.find('%', at)) {
    const auto c = conversion_at(format, at);
    if (c.letter == 0 || (reading ? kRead : kWritten).find(c.letter) == std::string_view::npos ||
        (reading && c.padding))
      return std::string(format.substr(at, c.end - at));
    at = c.end;
  }
  return std::nullopt;
}

bool says_date(std::string_view format) {
  std::string letters;
  for (auto at = format.find('%'); at != format.npos; at = format.find('%', at)) {
    const auto c = conversion_at(format, at);
    letters += c.letter;
    at = c.end;
  }
  const auto any = [&](std::string_view wanted) {
    return letters.find_first_of(wanted) != std::string::npos;
  };
  if (any("cDFxs")) return true;
  return any("yY") && ((any("mbBh") && any("de")) || any("j") || (any("UW") && any("uwaA")));
}

std::string format_time(const Moment& m, std::string_view format) {
  std::string out;
  const int twelve = m.hour % 12 == 0 ? 12 : m.hour % 12;
  const auto whole_second = static_cast<int>(m.second);
  for (std::size_t i = 0; i < format.size();) {
    if (format[i] != '%') {
      out += format[i++];
      continue;
    }
    const auto conversion = conversion_at(format, i);
    const auto begin = i;
    i = conversion.end;
    const auto put = [&](std::int64_t value, int width, char fill = '0') {
      if (conversion.padding == '-') width = 0;
      if (conversion.padding == '_') fill = ' ';
      if (conversion.padding == '0') fill = '0';
      out += whole_text(value, width, fill);
    };
    if (conversion.seconds) {
      // Cut, not rounded, so that 59.9996 does not become 60.000.
      const double scale = elementary::pow(10, conversion.decimals);
      auto text = fixed_text(std::floor(m.second * scale + 1e-6) / scale, conversion.decimals);
      const auto width =
          static_cast<std::size_t>(conversion.decimals ? conversion.decimals + 3 : 2);
      if (text.size() < width) text.insert(0, width - text.size(), '0');
      out += text;
      continue;
    }
    switch (conversion.letter) {
      case 'Y':
        put(m.year, 1);
        break;
      case 'y':
        put(((m.year % 100) + 100) % 100, 2);
        break;
      case 'C':
        put(floor_divide(m.year, 100), 2);
        break;
      case 'm':
        put(m.month, 2);
        break;
      case 'd':
        put(m.day, 2);
        break;
      case 'e':
        put(m.day, 2, ' ');
        break;
      case 'H':
        put(m.hour, 2);
        break;
      case 'k':
        put(m.hour, 2, ' ');
        break;
      case 'I':
        put(twelve, 2);
        break;
      case 'l':
        put(twelve, 2, ' ');
        break;
      case 'M':
        put(m.minute, 2);
        break;
      case 'S':
        put(whole_second, 2);
        break;
      case 'p':
        out += m.hour < 12 ? "AM" : "PM";
        break;
      case 'P':
        out += m.hour < 12 ? "am" : "pm";
        break;
      case 'j':
        put(m.yearday + 1, 3);
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
        put(m.weekday == 0 ? 7 : m.weekday, 1);
        break;
      case 'w':
        put(m.weekday, 1);
        break;
      case 'U':
        put((m.yearday + 7 - m.weekday) / 7, 2);
        break;
      case 'W':
        put((m.yearday + 7 - (m.weekday + 6) % 7) / 7, 2);
        break;
      case 'V':
        put(iso_week(m).second, 2);
        break;
      case 'G':
        put(iso_week(m).first, 1);
        break;
      case 'g':
        put(((iso_week(m).first % 100) + 100) % 100, 2);
        break;
      case 's':
        put(days_from_civil(m.year, m.month, m.day) * 86400 + m.hour * 3600 + m.minute * 60 +
                whole_second - m.offset,
            1);
        break;
      case 'c':
        out += format_time(m, "%a %b %e %H:%M:%S %Y");
        break;
      case 'D':
      case 'x':
        out += format_time(m, "%m/%d/%y");
        break;
      case 'F':
        out += format_time(m, "%Y-%m-%d");
        break;
      case 'T':
      case 'X':
        out += format_time(m, "%H:%M:%S");
        break;
      case 'r':
        out += format_time(m, "%I:%M:%S %p");
        break;
      case 'R':
        out += format_time(m, "%H:%M");
        break;
      case 'Z':
        out += m.zone;
        break;
      case 'z': {
        const int minutes = std::abs(m.offset) / 60;
        out += m.offset < 0 ? '-' : '+';
        out += whole_text(minutes / 60 * 100 + minutes % 60, 4, '0');
        break;
      }
      case 'n':
        out += '\n';
        break;
      case 't':
        out += '\t';
        break;
      case '%':
        out += '%';
        break;
      default:  // unknown_conversion() names these before
        out += format.substr(begin, i - begin);
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
    for (std::size_t i = 0; i < format.size();) {
      const char c = format[i];
      if (is_space(c)) {
        skip_space();
        ++i;
      } else if (c != '%') {
        if (text_.empty() || text_[0] != c) return false;
        text_.remove_prefix(1);
        ++i;
      } else {
        const auto conversion = conversion_at(format, i);
        i = conversion.end;
        if (!(conversion.seconds ? seconds() : specification(conversion.letter, depth)))
          return false;
      }
    }
    return true;
  }

  /// Seconds since 1970-01-01 by the clock that the text was read from, and whether it is UTC's.
  std::optional<ReadTime> result() const {
    if (epoch_) return ReadTime{*epoch_, true};
    int year = year_;
    if (century_ >= 0) year = century_ * 100 + (year_ < 0 ? 0 : year_ % 100);
    if (year < 0) return std::nullopt;
    std::int64_t days = 0;
    if (month_ > 0 && day_ > 0) {
      if (day_ > days_in_month(year, month_)) return std::nullopt;
      days = days_from_civil(year, month_, day_);
    } else if (const int yearday = yearday_ > 0 ? yearday_ : yearday_of_week(year); yearday > 0) {
      if (yearday > 365 + is_leap(year)) return std::nullopt;
      days = days_from_civil(year, 1, 1) + yearday - 1;
    } else {
      return std::nullopt;
    }
    int hour = hour_;
    if (twelve_ >= 0) hour = twelve_ % 12 + (pm_ ? 12 : 0);
    return ReadTime{static_cast<double>(days) * 86400 + hour * 3600.0 + minute_ * 60.0 + second_ -
                        offset_.value_or(0),
                    offset_.has_value()};
  }

 private:
  static bool is_space(char c) { return is_ascii_space(c); }
  static bool is_digit(char c) { return is_ascii_digit(c); }

  /// Day of the year (from 1) of a week of the year and a day of the week; 0 without them. A Sunday
  /// of %W belongs before its week's Monday and a day before January 1st into the first full week,
  /// as R reads them.
  int yearday_of_week(int year) const {
    if (week_ < 0 || weekday_ < 0) return 0;
    const int first = Moment::of_days(static_cast<double>(days_from_civil(year, 1, 1))).weekday;
    const int begin = week_from_monday_ ? 1 : 0;
    int day = (7 - (first - begin)) % 7 + (week_ - 1) * 7 + weekday_ - begin;
    if (day < 0) day += 7;
    return day + 1;
  }
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
        return name(kWeekdays, weekday_);
      case 'u':
        if (!number(1, 7, 1, weekday_)) return false;
        weekday_ %= 7;
        return true;
      case 'w':
        return number(0, 6, 1, weekday_);
      case 'U':
      case 'W':
        week_from_monday_ = spec == 'W';
        return number(0, 53, 2, week_);
      case 'C':
        return number(0, 99, 2, century_);
      case 's': {
        skip_space();
        const auto leading = leading_number(text_);
        if (!leading) return false;
        const auto digits = text_.substr(0, leading->length);
        if (digits.find_first_not_of("+-0123456789") != digits.npos) return false;
        epoch_ = leading->value;
        text_.remove_prefix(leading->length);
        return true;
      }
      case 'p':
      case 'P': {
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
        if (!text_.empty() && text_[0] == 'Z') return text_.remove_prefix(1), offset_ = 0, true;
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
      case 'c':
        return depth == 0 && read("%a %b %e %H:%M:%S %Y", 1);
      case 'r':
        return depth == 0 && read("%I:%M:%S %p", 1);
      case 'D':
      case 'x':
        return depth == 0 && read("%m/%d/%y", 1);
      case 'F':
        return depth == 0 && read("%Y-%m-%d", 1);
      case 'T':
      case 'X':
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
  int year_ = -1, century_ = -1, month_ = 0, day_ = 0, yearday_ = 0, hour_ = 0, twelve_ = -1,
      minute_ = 0, week_ = -1, weekday_ = -1;
  bool week_from_monday_ = false;
  std::optional<int> offset_;    // of %z, in seconds
  std::optional<double> epoch_;  // of %s
  double second_ = 0;
  bool pm_ = false;
};

}  // namespace

std::optional<ReadTime> read_time(std::string_view text, std::string_view format) {
  TimeParser parser(text);
  if (!parser.read(format)) return std::nullopt;
  return parser.result();
}

}  // namespace insitu
