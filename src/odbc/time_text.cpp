#include "odbc/time_text.hpp"

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>

#include "base/civil_date.hpp"
#include "base/number_text.hpp"
#include "data/time_ticks.hpp"

namespace insitu {

namespace {

/// Reads a text from the left; what is not there fails for good.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  bool failed() const { return failed_; }
  bool at_end() const { return rest_.empty(); }

  bool take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool take(std::string_view word) {
    if (!rest_.starts_with(word)) return false;
    rest_.remove_prefix(word.size());
    return true;
  }
  void expect(char c) {
    if (!take(c)) failed_ = true;
  }
  std::int64_t whole(std::size_t least, std::size_t most) {
    std::int64_t value = 0;
    std::size_t digits = 0;
    for (; digits < most && !rest_.empty() && is_ascii_digit(rest_.front()); ++digits) {
      value = 10 * value + (rest_.front() - '0');
      rest_.remove_prefix(1);
    }
    if (digits < least) failed_ = true;
    return value;
  }

 private:
  std::string_view rest_;
  bool failed_ = false;
};

}  // namespace

double time_of_text(std::string_view text) {
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  Scanner scan(text);
  auto year = scan.whole(4, 6);
  scan.expect('-');
  const auto month = scan.whole(2, 2);
  scan.expect('-');
  const auto day = scan.whole(2, 2);
  if (!scan.take('T')) scan.expect(' ');
  const auto hour = scan.whole(2, 2);
  scan.expect(':');
  const auto minute = scan.whole(2, 2);
  scan.expect(':');
  const auto second = scan.whole(2, 2);
  std::int64_t micros = 0;
  if (scan.take('.')) {
    std::int64_t scale = 100000;
    // Digits beyond microseconds are cut off.
    while (!scan.failed()) {
      Scanner ahead = scan;
      const auto digit = ahead.whole(1, 1);
      if (ahead.failed()) break;
      scan = ahead;
      micros += scale * digit;
      scale /= 10;
    }
  }
  std::int64_t offset = 0;
  const bool blank = scan.take(' ');
  if (blank && scan.take("BC")) {
    year = 1 - year;
  } else {
    const bool west = scan.take('-');
    if (west || scan.take('+')) {
      offset = 3600 * scan.whole(2, 2);
      if (scan.take(':')) offset += 60 * scan.whole(2, 2);
      if (scan.take(':')) offset += scan.whole(2, 2);
      if (west) offset = -offset;
    }
    if (scan.take(" BC")) year = 1 - year;
  }
  if (scan.failed() || !scan.at_end() || month < 1 || month > 12 || day < 1 || day > 31 ||
      hour > 23 || minute > 59 || second > 60)
    return kNone;
  const auto days = days_from_civil(year, month, day);
  if (civil_from_days(days).day != day) return kNone;  // the 30th of February
  const auto seconds = days * 86400 + hour * 3600 + minute * 60 + second - offset;
  return time_of_seconds(seconds, micros);
}

double time_as_written(std::string_view written) {
  constexpr std::size_t kDate = 10, kMinutes = 16;
  while (written.ends_with(' ')) written.remove_suffix(1);
  std::string text(written);
  if (text.size() < kDate || text[4] != '-') return std::numeric_limits<double>::quiet_NaN();
  if (text.back() == 'Z') text.back() = ' ', text += "+00";
  if (text.size() == kDate) text += " 00:00";
  if (text.size() == kMinutes || (text.size() > kMinutes && text[kMinutes] != ':'))
    text.insert(kMinutes, ":00");
  return time_of_text(text);
}

double date_as_written(std::string_view written) {
  const auto time = time_as_written(written);  // what stands behind the date must be a time
  return std::isnan(time) ? time : time_as_written(written.substr(0, 10)) / 86400;
}

double time_of_seconds(std::int64_t seconds, std::int64_t micros) {
  constexpr std::int64_t kMostSeconds = std::numeric_limits<std::int64_t>::max() / 1000000 - 1;
  if (seconds <= kMostSeconds && seconds >= -kMostSeconds)
    return seconds_of_ticks(seconds * 1000000 + micros, 1000000);
  const auto whole = static_cast<double>(seconds);
  const auto time = whole + static_cast<double>(micros) / 1e6;
  return std::floor(time) > whole ? std::nextafter(time, whole) : time;
}

}  // namespace insitu
