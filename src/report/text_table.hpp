#pragma once
// Tables of text as R prints matrices and data frames: columns of equal width with a blank between,
// row names on the left, wrapped into blocks of columns at 80 characters.
#include <string>
#include <string_view>
#include <vector>

namespace insitu {

inline constexpr int kLineWidth = 80;

struct TableColumn {
  std::string header;
  std::vector<std::string> cells;
  bool left = false;  ///< header and cells on the left of the column, else on the right
};

/// `row_names` empty: none, and every line begins with a blank. Lines end with "\n".
std::string print_table(const std::vector<std::string>& row_names,
                        const std::vector<TableColumn>& columns, int line_width = kLineWidth);

/// Width of UTF-8 text on a terminal: code points, East Asian wide ones counted twice, combining
/// marks not.
int display_width(std::string_view text);

std::string pad_right(std::string text, int width);

/// Words filled into lines of less than `line_width` characters; lines after the first begin with
/// `indent`.
std::string wrap_words(std::string_view text, int line_width, std::string_view indent);

}  // namespace insitu
