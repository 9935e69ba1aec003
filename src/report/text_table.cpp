#include "report/text_table.hpp"

#include <algorithm>
#include <cstdint>

namespace insitu {

namespace {

/// The next code point of UTF-8 text; bytes that are not UTF-8 count one each.
std::uint32_t next_code_point(std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte(at);
  const std::size_t more = lead < 0xC0   ? 0
                           : lead < 0xE0 ? 1
                           : lead < 0xF0 ? 2
                           : lead < 0xF8 ? 3
                                         : 0;
  if (more == 0 || more >= text.size() - at) return ++at, lead;
  std::uint32_t point = lead & (0x3Fu >> more);
  for (std::size_t i = 1; i <= more; ++i) {
    if ((byte(at + i) & 0xC0) != 0x80) return ++at, lead;
    point = point << 6 | (byte(at + i) & 0x3Fu);
  }
  at += more + 1;
  return point;
}

bool is_wide(std::uint32_t c) {
  return (c >= 0x1100 && c <= 0x115F) || (c >= 0x2E80 && c <= 0xA4CF) ||
         (c >= 0xAC00 && c <= 0xD7A3) || (c >= 0xF900 && c <= 0xFAFF) ||
         (c >= 0xFE30 && c <= 0xFE6F) || (c >= 0xFF00 && c <= 0xFF60) ||
         (c >= 0x1F300 && c <= 0x1FAFF) || (c >= 0x20000 && c <= 0x3FFFD);
}

bool is_combining(std::uint32_t c) {
  return (c >= 0x300 && c <= 0x36F) || (c >= 0x200B && c <= 0x200F);
}

std::string aligned(const std::string& text, int width, bool left) {
  const auto blanks =
      std::string(static_cast<std::size_t>(std::max(0, width - display_width(text))), ' ');
  return left ? text + blanks : blanks + text;
}

}  // namespace

int display_width(std::string_view text) {
  int width = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto point = next_code_point(text, at);
    width += is_combining(point) ? 0 : is_wide(point) ? 2 : 1;
  }
  return width;
}

std::string pad_right(std::string text, int width) { return aligned(text, width, true); }

std::string print_table(const std::vector<std::string>& row_names,
                        const std::vector<TableColumn>& columns, int line_width) {
  std::size_t rows = row_names.size();
  for (const auto& column : columns) rows = std::max(rows, column.cells.size());
  int name_width = 0;
  for (const auto& name : row_names) name_width = std::max(name_width, display_width(name));
  std::vector<int> widths;
  for (const auto& column : columns) {
    int width = display_width(column.header);
    for (const auto& cell : column.cells) width = std::max(width, display_width(cell));
    widths.push_back(width);
  }
  std::string text;
  for (std::size_t begin = 0; begin < columns.size();) {
    std::size_t end = begin;
    int width = name_width;
    do width += widths[end++] + 1;
    while (end < columns.size() && width + widths[end] + 1 < line_width);
    text.append(static_cast<std::size_t>(name_width), ' ');
    for (std::size_t j = begin; j < end; ++j)
      text += ' ' + aligned(columns[j].header, widths[j], columns[j].left);
    text += '\n';
    for (std::size_t i = 0; i < rows; ++i) {
      text += pad_right(i < row_names.size() ? row_names[i] : "", name_width);
      for (std::size_t j = begin; j < end; ++j)
        text += ' ' + aligned(i < columns[j].cells.size() ? columns[j].cells[i] : "", widths[j],
                              columns[j].left);
      text += '\n';
    }
    begin = end;
  }
  return text;
}

std::string wrap_words(std::string_view text, int line_width, std::string_view indent) {
  std::string lines;
  int used = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto begin = text.find_first_not_of(" \n\t", at);
    if (begin == std::string_view::npos) break;
    const auto end = std::min(text.find_first_of(" \n\t", begin), text.size());
    const auto word = text.substr(begin, end - begin);
    const int width = display_width(word);
    if (used > 0 && used + 1 + width >= line_width) {
      lines += '\n';
      lines += indent;
      used = static_cast<int>(indent.size());
    } else if (used > 0) {
      lines += ' ';
      ++used;
    }
    lines += word;
    used += width;
    at = end;
  }
  return lines;
}

}  // namespace insitu
