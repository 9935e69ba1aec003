#include "sources/text/format.hpp"

#include <charconv>
#include <cmath>
#include <cstdint>
#include <string_view>

#include "base/civil_date.hpp"
#include "data/time_ticks.hpp"
#include "sources/text/times.hpp"

namespace insitu {

namespace {

/// 10^n, exact up to n = 22.
double power_of_ten(int n) {
  double power = 1;
  for (int i = 0; i < n; ++i) power *= 10;
  return power;
}

void append_padded(std::string& out, std::int64_t value, std::size_t width) {
  char digits[24];
  const bool negative = value < 0;
  const auto end = std::to_chars(digits, digits + sizeof digits, negative ? -value : value).ptr;
  if (negative) out += '-';
  for (auto size = static_cast<std::size_t>(end - digits); size < width; ++size) out += '0';
  out.append(digits, end);
}

void append_day(std::string& out, std::int64_t days) {
  const auto date = civil_from_days(days);
  append_padded(out, date.year, 4);
  out += '-';
  append_padded(out, date.month, 2);
  out += '-';
  append_padded(out, date.day, 2);
}

/// Days or seconds beyond this are no dates of any calendar; they are written as numbers.
constexpr double kLargest = 9e12;

}  // namespace

void append_number(std::string& out, double value, const NumberStyle& style) {
  if (std::isinf(value)) {
    out += value < 0 ? "-Inf" : "Inf";
    return;
  }
  char text[64];
  std::to_chars_result result{};
  const double size = std::abs(value);
  if (style.precision == 0 && style.is_float32)
    result = std::to_chars(text, text + sizeof text, static_cast<float>(value));
  else if (size >= 1e15 || style.precision == 0)
    result = std::to_chars(text, text + sizeof text, value);
  else if (size >= power_of_ten(style.precision))
    result = std::to_chars(text, text + sizeof text, value, std::chars_format::fixed, 0);
  else
    result =
        std::to_chars(text, text + sizeof text, value, std::chars_format::general, style.precision);
  bool whole = true;
  for (char* p = text; p < result.ptr; ++p) {
    if (*p == '.') *p = style.decimal_point;
    if (*p == style.decimal_point || *p == 'e') whole = false;
  }
  out.append(text, result.ptr);
  if (whole && !style.strip_zeros) out += style.decimal_point, out += '0';
}

void append_date(std::string& out, double days) {
  if (!(std::abs(days) < kLargest)) return append_number(out, days, {17, true, '.'});
  append_day(out, static_cast<std::int64_t>(std::floor(days)));
}

void append_datetime(std::string& out, double seconds) {
  if (!(std::abs(seconds) < kLargest)) return append_number(out, seconds, {17, true, '.'});
  const auto total = micros_of_seconds(seconds);
  auto whole = total / 1000000, micros = total % 1000000;
  if (micros < 0) micros += 1000000, --whole;
  std::int64_t days = whole / 86400, second = whole % 86400;
  if (second < 0) second += 86400, --days;
  append_day(out, days);
  out += ' ';
  append_padded(out, second / 3600, 2);
  out += ':';
  append_padded(out, second / 60 % 60, 2);
  out += ':';
  append_padded(out, second % 60, 2);
  if (micros == 0) return;
  // The fewest decimals that read back as the same value: far from 1970 a float64 lies further than
  // a microsecond from its neighbours, and .1 must not become .100001.
  for (std::int64_t unit = 100000; unit > 1; unit /= 10) {
    const auto rounded = (micros + unit / 2) / unit * unit;
    if (rounded >= 1000000 || seconds_of_text(whole, rounded * 1000) != seconds) continue;
    micros = rounded;
    break;
  }
  out += '.';
  append_padded(out, micros, 6);
  while (out.back() == '0') out.pop_back();
}

void append_quoted(std::string& out, std::string_view text, char quote) {
  out += quote;
  for (;;) {
    const auto found = text.find(quote);
    out += text.substr(0, found);
    if (found == std::string_view::npos) break;
    out += quote;
    out += quote;
    text.remove_prefix(found + 1);
  }
  out += quote;
}

}  // namespace insitu
