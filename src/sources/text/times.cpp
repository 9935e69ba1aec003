#include "sources/text/times.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include "base/civil_date.hpp"
#include "base/error.hpp"
#include "base/named.hpp"

namespace insitu {

double seconds_of_text(std::int64_t whole, std::int64_t nanoseconds) {
  const auto start = static_cast<double>(whole);
  const double seconds = start + static_cast<double>(nanoseconds) / 1e9;
  return seconds < start + 1 ? seconds : std::nextafter(start + 1, start);
}

namespace {

constexpr std::string_view kMonths[] = {"january",   "february", "march",    "april",
                                        "may",       "june",     "july",     "august",
                                        "september", "october",  "november", "december"};

bool is_digit(char c) { return static_cast<unsigned char>(c - '0') <= 9; }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
bool is_blank(char c) { return c == ' ' || c == '\t'; }

bool starts_with_lower(std::string_view text, std::string_view word) {
  if (text.size() < word.size()) return false;
  for (std::size_t i = 0; i < word.size(); ++i)
    if (lower(text[i]) != word[i]) return false;
  return true;
}

bool is_leap(std::int64_t year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

int days_in_month(std::int64_t year, int month) {
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && is_leap(year) ? 29 : kDays[month - 1];
}

}  // namespace

struct TimePattern::Parts {
  std::int64_t year = -1;
  int month = -1, day = -1, hour = 0, minute = 0;
  std::int64_t second = 0, nanoseconds = 0;
  int half = -1;  // 0: am, 1: pm
};

void TimePattern::fail(const std::string& why) const {
  throw InvalidArgument("`RxTextData`: "_named + named(argument_) + " " + why + ": " + pattern_);
}

TimePattern::TimePattern(const std::string& argument, const std::string& pattern,
                         int century_cutoff)
    : argument_(argument), pattern_(pattern), century_cutoff_(century_cutoff) {
  if (pattern_.size() > 256) fail("is longer than 256 characters");
  std::string_view rest = pattern_;
  items_ = compile(rest, false);
}

std::vector<TimePattern::Item> TimePattern::compile(std::string_view& rest, bool nested) const {
  std::vector<Item> items;
  while (!rest.empty()) {
    const char c = rest[0];
    rest.remove_prefix(1);
    if (c == ']') {
      if (!nested) fail("has a ] without [");
      return items;
    }
    if (c == '[') {
      items.push_back({Kind::kOptional, 0, 1, compile(rest, true)});
    } else if (is_blank(c)) {
      if (items.empty() || items.back().kind != Kind::kBlank) items.push_back({Kind::kBlank});
    } else if (c != '%') {
      items.push_back({Kind::kLiteral, c});
    } else {
      int count = 0;
      while (!rest.empty() && is_digit(rest[0]) && count < 1000)
        count = count * 10 + (rest[0] - '0'), rest.remove_prefix(1);
      if (rest.empty()) fail("ends after %");
      char letter = rest[0];
      rest.remove_prefix(1);
      if (letter == '$' && !rest.empty() && rest[0] == 'c') {
        rest.remove_prefix(1);
        items.push_back({Kind::kSkip, '$'});
      } else if (letter == 'c') {
        items.push_back({Kind::kSkip, 'c', count > 0 ? count : 1});
      } else if (letter == 'w') {
        items.push_back({Kind::kSkip, 'w'});
      } else if (letter == '%' || letter == '[' || letter == ']') {
        items.push_back({Kind::kLiteral, letter});
      } else if (std::string_view("dmyYHMSnNp").find(letter) != std::string_view::npos) {
        items.push_back({Kind::kDirective, letter});
      } else {
        fail("has an unknown part %" + std::string(1, letter) +
             " (known: %d %m %y %Y %H %M %S %n %N %p %c %Nc %$c %w %% %[ %])");
      }
    }
  }
  if (nested) fail("has a [ without ]");
  return items;
}

/// Backtracking over what is optional and how many digits a number takes. The steps are bounded, so
/// that a pattern with many optional parts cannot hang.
struct TimePattern::Matcher {
  /// What comes after a list of items: the rest of the list around it.
  struct Rest {
    const std::vector<Item>* items;
    std::size_t next;
    const Rest* outer;
  };

  std::string_view text;
  int century_cutoff;
  int steps = 0;
  Parts found{};

  bool match(const std::vector<Item>& items, std::size_t i, const Rest* outer, std::size_t at,
             Parts parts) {
    if (++steps > 20000) return false;
    if (i == items.size()) {
      if (outer) return match(*outer->items, outer->next, outer->outer, at, parts);
      if (at != text.size() || !valid(parts)) return false;
      found = parts;
      return true;
    }
    const Item& item = items[i];
    switch (item.kind) {
      case Kind::kLiteral:
        return at < text.size() && text[at] == item.letter &&
               match(items, i + 1, outer, at + 1, parts);
      case Kind::kBlank:
        while (at < text.size() && is_blank(text[at])) ++at;
        return match(items, i + 1, outer, at, parts);
      case Kind::kOptional: {
        const Rest rest{&items, i + 1, outer};
        return match(item.inner, 0, &rest, at, parts) || match(items, i + 1, outer, at, parts);
      }
      case Kind::kSkip:
        if (item.letter == '$') return match(items, i + 1, outer, text.size(), parts);
        if (item.letter == 'c') {
          const auto count = static_cast<std::size_t>(item.count);
          return text.size() - at >= count && match(items, i + 1, outer, at + count, parts);
        }
        while (at < text.size() && is_blank(text[at])) ++at;
        while (at < text.size() && !is_blank(text[at])) ++at;
        return match(items, i + 1, outer, at, parts);
      case Kind::kDirective:
        return directive(items, i, outer, at, parts);
    }
    return false;
  }

  bool directive(const std::vector<Item>& items, std::size_t i, const Rest* outer, std::size_t at,
                 Parts parts) {
    const char letter = items[i].letter;
    if (letter == 'p') {
      while (at < text.size() && is_blank(text[at])) ++at;
      if (at >= text.size()) return false;
      const char c = lower(text[at]);
      if (c != 'a' && c != 'p') return false;
      parts.half = c == 'p';
      const bool long_form = at + 1 < text.size() && lower(text[at + 1]) == 'm';
      return match(items, i + 1, outer, at + (long_form ? 2 : 1), parts);
    }
    if (letter == 'm' && at < text.size() && !is_digit(text[at])) {
      for (int month = 0; month < 12; ++month) {
        const auto name = kMonths[month], rest = text.substr(at);
        if (!starts_with_lower(rest, name.substr(0, 3))) continue;
        parts.month = month + 1;
        return match(items, i + 1, outer, at + (starts_with_lower(rest, name) ? name.size() : 3),
                     parts);
      }
      return false;
    }
    std::size_t run = 0;
    while (at + run < text.size() && is_digit(text[at + run])) ++run;
    if (run == 0) return false;
    int longest = 2, shortest = 1;
    if (letter == 'y' || letter == 'Y') {
      longest = 4;
      if (run > 4 && run < 8) longest = 2;  // no room for month and day after four digits
    }
    if (letter == 'n') longest = 3;
    if (letter == 'N') longest = 9;
    // A number in the midst of digits has its full width.
    if (run > static_cast<std::size_t>(longest))
      shortest = letter == 'y' || letter == 'Y' ? 2 : longest;
    for (int digits =
             static_cast<int>(std::min<std::size_t>(run, static_cast<std::size_t>(longest)));
         digits >= shortest; --digits) {
      if (digits == 3 && letter == 'y' && run > 4) continue;
      std::int64_t value = 0;
      for (int d = 0; d < digits; ++d)
        value = value * 10 + (text[at + static_cast<std::size_t>(d)] - '0');
      Parts next = parts;
      std::size_t stop = at + static_cast<std::size_t>(digits);
      if (!store(letter, value, digits, next)) continue;
      if (letter == 'S' && stop + 1 < text.size() && text[stop] == '.' &&
          is_digit(text[stop + 1])) {
        std::int64_t unit = 1000000000;
        for (++stop; stop < text.size() && is_digit(text[stop]); ++stop)
          unit /= 10, next.nanoseconds += unit * (text[stop] - '0');
      }
      if (match(items, i + 1, outer, stop, next)) return true;
    }
    return false;
  }

  bool store(char letter, std::int64_t value, int digits, Parts& parts) const {
    switch (letter) {
      case 'y':
        // Four digits say which century they mean: 0001 is the year 1.
        if (digits <= 2) value += century_cutoff > 0 && value < century_cutoff ? 2000 : 1900;
        parts.year = value;
        return true;
      case 'Y':
        parts.year = value;
        return true;
      case 'm':
        parts.month = static_cast<int>(value);
        return value >= 1 && value <= 12;
      case 'd':
        parts.day = static_cast<int>(value);
        return value >= 1 && value <= 31;
      case 'H':
        parts.hour = static_cast<int>(value);
        return value <= 24;
      case 'M':
        parts.minute = static_cast<int>(value);
        return value <= 59;
      case 'S':
        parts.second += value;
        return value <= 60;
      case 'n':
        parts.nanoseconds += value * 1000000;
        return true;
      case 'N': {
        std::int64_t unit = 1000000000;
        for (int d = 0; d < digits; ++d) unit /= 10;
        parts.nanoseconds += value * unit;
        return true;
      }
      default:
        return false;
    }
  }

  static bool valid(const Parts& parts) {
    if (parts.year < 0 && parts.month < 0 && parts.day < 0) return true;  // nothing is named
    if (parts.year < 0) return false;
    const int month = parts.month < 0 ? 1 : parts.month, day = parts.day < 0 ? 1 : parts.day;
    if (day > days_in_month(parts.year, month)) return false;
    if (parts.half >= 0 && (parts.hour < 1 || parts.hour > 12)) return false;
    return parts.hour < 24 || (parts.minute == 0 && parts.second == 0 && parts.nanoseconds == 0);
  }
};

bool TimePattern::match(std::string_view text, Parts& parts) const {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  Matcher matcher{text, century_cutoff_};
  if (!matcher.match(items_, 0, nullptr, 0, Parts{})) return false;
  parts = matcher.found;
  return true;
}

bool TimePattern::parse_date(std::string_view text, double& days) const {
  Parts parts;
  if (!match(text, parts)) return false;
  days = parts.year < 0
             ? std::numeric_limits<double>::quiet_NaN()
             : static_cast<double>(days_from_civil(parts.year, parts.month < 0 ? 1 : parts.month,
                                                   parts.day < 0 ? 1 : parts.day));
  return true;
}

bool TimePattern::parse_datetime(std::string_view text, double& seconds) const {
  Parts parts;
  if (!match(text, parts)) return false;
  if (parts.year < 0) {
    seconds = std::numeric_limits<double>::quiet_NaN();
    return true;
  }
  int hour = parts.hour;
  if (parts.half == 1 && hour < 12) hour += 12;
  if (parts.half == 0 && hour == 12) hour = 0;
  const auto days =
      days_from_civil(parts.year, parts.month < 0 ? 1 : parts.month, parts.day < 0 ? 1 : parts.day);
  seconds = seconds_of_text(days * 86400 + hour * 3600 + parts.minute * 60 + parts.second +
                                parts.nanoseconds / 1000000000,
                            parts.nanoseconds % 1000000000);
  return true;
}

}  // namespace insitu
