#include "report/format_number.hpp"

#include <algorithm>
#include <climits>
#include <cmath>
#include <limits>

#include "base/number_text.hpp"

namespace insitu {

namespace {

constexpr int kMaxDecimals = 22;  // powers of ten up to here are exact in a double

/// |value| = a * 10^power with 1 <= a < 10 and `significant` digits that matter, of at most
/// `digits`.
struct Scientific {
  int power = 0;
  int significant = 1;
  /// Rounding to `digits` digits carried into one more place before the point than fixed notation
  /// will show.
  bool carried = false;
};

Scientific scientific(double value, int digits) {
  Scientific result;
  if (value == 0) return result;
  const long double magnitude = std::fabs(static_cast<long double>(value));
  int power = static_cast<int>(std::floor(std::log10(std::fabs(value))));
  // The digits as one whole number: magnitude scaled by a power of ten, in long double so that the
  // scaling is exact for all but extreme exponents.
  const auto scaled = [&](int p) {
    const int shift = digits - 1 - p;
    if (std::abs(shift) <= 27) {
      const long double factor = std::pow(10.0L, static_cast<long double>(std::abs(shift)));
      return shift >= 0 ? magnitude * factor : magnitude / factor;
    }
    return shift > 300 ? magnitude * 1e300L * std::pow(10.0L, static_cast<long double>(shift - 300))
                       : magnitude * std::pow(10.0L, static_cast<long double>(shift));
  };
  long double whole = scaled(power);
  if (whole < std::pow(10.0L, static_cast<long double>(digits - 1))) whole = scaled(--power);
  double rounded = static_cast<double>(std::nearbyint(whole));
  result.significant = digits;
  for (int i = 0; i < digits; ++i) {
    rounded /= 10;
    if (rounded != std::floor(rounded)) break;
    --result.significant;
  }
  if (result.significant == 0) {  // 9.9999 became 10
    result.significant = 1;
    ++power;
  }
  result.power = power;
  if (power > 0 && power <= kMaxDecimals) {
    const int decimals = std::clamp(digits - power, 0, kMaxDecimals);
    const double half = 0.5 / std::pow(10.0, decimals);
    result.carried = std::fabs(value) < std::pow(10.0, power) - half;
  }
  return result;
}

std::string pad_left(std::string text, int width) {
  if (static_cast<int>(text.size()) < width)
    text.insert(0, static_cast<std::size_t>(width) - text.size(), ' ');
  return text;
}

}  // namespace

NumberFormat number_format(std::span<const double> values, int digits, int min_decimals) {
  bool missing = false, infinite = false, minus_infinite = false, negative = false, finite = false;
  int decimals = 0, left = 1, max_power = INT_MIN, min_power = INT_MAX, significant = 1;
  for (const double value : values) {
    if (!std::isfinite(value)) {
      missing |= std::isnan(value);
      infinite |= std::isinf(value) && value > 0;
      minus_infinite |= std::isinf(value) && value < 0;
      continue;
    }
    finite = true;
    const auto s = scientific(value, digits);
    const bool minus = value < 0;
    negative |= minus;
    const int places = s.power + 1 - (s.carried ? 1 : 0);
    left = std::max(left, std::max(places, 1) + (minus ? 1 : 0));
    decimals = std::max(decimals, s.significant - s.power - 1);
    max_power = std::max(max_power, s.power);
    min_power = std::min(min_power, s.power);
    significant = std::max(significant, s.significant);
  }
  NumberFormat format;
  if (finite) {
    decimals = std::min(decimals, std::numeric_limits<double>::max_exponent10 + kDigits);
    const int fixed_width = left + decimals + (decimals > 0 ? 1 : 0);
    const int exponent_digits = max_power >= 100 || min_power <= -100 ? 3 : 2;
    const int mantissa_decimals = significant - 1;
    const int width = (negative ? 1 : 0) + 1 + (mantissa_decimals > 0 ? mantissa_decimals + 1 : 0) +
                      2 + exponent_digits;
    if (fixed_width <= width) {
      format.decimals = std::max(decimals, min_decimals);
      format.width = left + format.decimals + (format.decimals > 0 ? 1 : 0);
    } else {
      format = {width, mantissa_decimals, exponent_digits};
    }
  }
  if (missing) format.width = std::max(format.width, 2);
  if (infinite) format.width = std::max(format.width, 3);
  if (minus_infinite) format.width = std::max(format.width, 4);
  return format;
}

std::string format_number(double value, const NumberFormat& format) {
  if (std::isnan(value)) return pad_left("NA", format.width);
  if (std::isinf(value)) return pad_left(value > 0 ? "Inf" : "-Inf", format.width);
  if (value == 0) value = 0;  // no "-0"
  return pad_left(format.exponent_digits > 0 ? scientific_text(value, format.decimals)
                                             : fixed_text(value, format.decimals),
                  format.width);
}

std::vector<std::string> format_column(std::span<const double> values, int digits) {
  const auto format = number_format(values, digits);
  std::vector<std::string> cells;
  cells.reserve(values.size());
  for (const double value : values) cells.push_back(format_number(value, format));
  return cells;
}

std::string format_single(double value, int digits) {
  return format_number(value, number_format(std::span(&value, 1), digits));
}

std::string format_integer(double value) {
  return std::isnan(value) ? "NA" : fixed_text(value == 0 ? 0 : value, 0);
}

std::string format_fixed(double value, int decimals) {
  return std::isnan(value)   ? "NA"
         : std::isinf(value) ? (value > 0 ? "Inf" : "-Inf")
                             : fixed_text(value, decimals);
}

std::string format_general(double value, int digits) {
  const auto text = std::isnan(value)   ? std::string("NA")
                    : std::isinf(value) ? std::string(value > 0 ? "Inf" : "-Inf")
                                        : general_text(value, digits);
  return pad_left(text, digits + 1);
}

std::vector<std::string> format_p_values(std::span<const double> values, int digits, double eps) {
  std::vector<double> plain, small;
  const auto is_plain = [&](double p) {
    const double exponent = std::floor(std::log10(p > 0 ? p : 1e-50));
    return exponent >= -3 || (exponent == -4 && digits > 1);
  };
  for (const double p : values)
    if (p >= eps) (is_plain(p) ? plain : small).push_back(p);
  const auto plain_format = number_format(plain, digits),
             small_format = number_format(small, digits);
  const int widest =
      std::max(plain.empty() ? 0 : plain_format.width, small.empty() ? 0 : small_format.width);
  int floor_digits = std::max(1, digits - 2);
  if (widest > 0 && floor_digits > 1 && floor_digits + 6 > widest)
    floor_digits = std::max(1, widest - 7);
  const bool tight = floor_digits == 1 && (widest == 0 || widest <= 6);
  std::vector<std::string> texts;
  for (const double p : values) {
    if (std::isnan(p))
      texts.emplace_back("NA");
    else if (p < eps)
      texts.push_back((tight ? "<" : "< ") + format_single(eps, floor_digits));
    else
      texts.push_back(format_number(p, is_plain(p) ? plain_format : small_format));
  }
  return texts;
}

std::string format_p_value(double value, int digits, double eps) {
  return format_p_values(std::span(&value, 1), digits, eps).front();
}

std::string_view significance_stars(double p) {
  if (std::isnan(p)) return "";
  return p <= 0.001 ? "***" : p <= 0.01 ? "**" : p <= 0.05 ? "*" : p <= 0.1 ? "." : " ";
}

double round_decimals(double value, int decimals) {
  if (!std::isfinite(value) || decimals > 15 || std::fabs(value) >= 9007199254740992.0)
    return value;
  const double factor = std::pow(10.0, decimals);
  const double below = std::floor(value * factor) / factor,
               above = std::ceil(value * factor) / factor;
  const double down = value - below, up = above - value;
  if (down != up) return down < up ? below : above;
  return std::fmod(std::floor(value * factor), 2) == 0 ? below : above;
}

double round_significant(double value, int digits) {
  if (!std::isfinite(value) || value == 0) return value;
  return number_of_text(scientific_text(value, digits - 1)).value_or(value);
}

}  // namespace insitu
