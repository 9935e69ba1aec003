#pragma once
// Numbers as statistics packages print them: R's rules of print() and format() (R documentation,
// "print.default", "format", "formatC", "format.pval"), so that tables agree with published output
// to the character. The numbers of a column share decimals: as few as show every value to `digits`
// significant digits; fixed notation unless scientific is narrower. Missing is NaN and prints as
// "NA". Tests compare with R.
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace insitu {

inline constexpr int kDigits = 7;  ///< significant digits of printed tables

/// How the numbers of one column are written.
struct NumberFormat {
  int width = 0;            ///< of the widest
  int decimals = 0;         ///< after the point
  int exponent_digits = 0;  ///< 0: fixed notation
};

/// The common format of a column. `min_decimals` applies to fixed notation.
NumberFormat number_format(std::span<const double> values, int digits = kDigits,
                           int min_decimals = 0);

/// A number in a given format, padded on the left to its width.
std::string format_number(double value, const NumberFormat& format);

/// The numbers of a column, all of the same width.
std::vector<std::string> format_column(std::span<const double> values, int digits = kDigits);

/// One number by itself, not padded: 600000 is "6e+05", 582628 is "582628".
std::string format_single(double value, int digits = kDigits);

/// A whole number in full, whatever its size; "NA" when missing.
std::string format_integer(double value);

/// `decimals` after the point.
std::string format_fixed(double value, int decimals);

/// C's %g with `digits` significant digits, padded to digits + 1 characters, as formatC(x, digits =
/// ) does.
std::string format_general(double value, int digits);

/// P-values: those below `eps` as "< eps"; small and large ones are formatted apart.
std::vector<std::string> format_p_values(std::span<const double> values, int digits,
                                         double eps = 2.220446049250313e-16);
std::string format_p_value(double value, int digits, double eps = 2.220446049250313e-16);

/// "***" below 0.001, "**" below 0.01, "*" below 0.05, "." below 0.1, else " " (limits belong to
/// the stronger mark).
std::string_view significance_stars(double p_value);

/// To `decimals` places, to the nearer of the two neighbours.
double round_decimals(double value, int decimals);
/// To `digits` significant digits.
double round_significant(double value, int digits);

}  // namespace insitu
