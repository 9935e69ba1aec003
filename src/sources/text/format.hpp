#pragma once
// Values as they are written to text files.
#include <string>
#include <string_view>

namespace insitu {

struct NumberStyle {
  /// Significant digits; digits before the decimal point are always written. 0: the fewest digits
  /// that read back as the same value.
  int precision = 7;
  bool strip_zeros = false;  ///< 3, not 3.0
  char decimal_point = '.';
  bool is_float32 = false;  ///< the value is a float32
};

/// Appends a decimal number. REQUIRES: not NaN.
void append_number(std::string& out, double value, const NumberStyle&);

/// Appends 2012-01-31.
void append_date(std::string& out, double days);

/// Appends 2012-01-31 12:30:00, with up to six decimals where the seconds are not whole; UTC.
void append_datetime(std::string& out, double seconds);

/// The text between quote marks, quote marks within doubled.
void append_quoted(std::string& out, std::string_view text, char quote);

}  // namespace insitu
