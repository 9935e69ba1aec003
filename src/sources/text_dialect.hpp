#pragma once
// How a delimited text is written down: what separates fields and records, and how numbers look.
#include <string>

namespace insitu {

struct TextDialect {
  char delimiter = ',';
  bool combine_delimiters = false;  ///< a run of delimiters counts as one
  char quote = '"';                 ///< '\0': nothing is quoted
  char newline = '\n';              ///< '\n' (a '\r' before it belongs to it) or '\r'
  char decimal_point = '.';
  char thousands_separator = '\0';  ///< '\0': none
  bool gb18030 = false;             ///< the bytes are GB18030, else UTF-8

  /// Blanks around a field are no delimiters, so that they may stand before an opening quote.
  bool blanks_are_padding() const { return delimiter != ' '; }
};

}  // namespace insitu
