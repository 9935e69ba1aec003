#pragma once
// How a delimited text is written down: what separates fields and records, and how numbers look.
#include <string>

namespace insitu {

struct TextDialect {
  char delimiter = ',';
  bool combine_delimiters = false;  ///< a run of delimiters counts as one
  char quote = '"';                 ///< '\0': nothing is quoted
  /// '\n': the '\r's before it belong to it. '\r': both end a line, so that CR, LF and CR LF may be
  /// mixed (the empty line within CR LF is no record).
  char newline = '\n';
  char decimal_point = '.';
  char thousands_separator = '\0';  ///< '\0': none
  std::string encoding;             ///< of the bytes, as iconv names it; empty: UTF-8
  /// Bytes after the first one of a longer character may look like delimiters (GB18030).
  bool long_characters = false;

  /// Blanks around a field are no delimiters, so that they may stand before an opening quote.
  bool blanks_are_padding() const { return delimiter != ' '; }
  bool ends_line(char c) const { return c == newline || (newline == '\r' && c == '\n'); }
  /// Where the text before a line end at `end` stops: '\r's that belong to it are no text.
  const char* without_carriages(const char* begin, const char* end) const {
    if (newline == '\n')
      while (end > begin && end[-1] == '\r') --end;
    return end;
  }
};

}  // namespace insitu
