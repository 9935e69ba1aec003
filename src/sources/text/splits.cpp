#include "sources/text/splits.hpp"

#include <algorithm>
#include <string>

#include "base/current_call.hpp"
#include "base/error.hpp"
#include "base/named.hpp"
#include "sources/text/quote_states.hpp"
#include "sources/text/window.hpp"

namespace insitu {

namespace {

/// `from`: where the last range begins, which holds the opening quote: in the last of its records,
/// which does not end.
[[noreturn]] void unclosed_quote(const RandomAccessFile& file, const TextPart& part,
                                 const TextDialect& dialect, std::uint64_t from) {
  constexpr std::uint64_t kStep = 1 << 20;
  std::uint64_t record = from;
  TextWindow window(file, file.size());
  TextStateScanner scanner(dialect, TextState::kFieldStart);
  for (auto at = from; at < file.size(); at += kStep) {
    poll_current_call();
    const auto text = window.read(at, at + kStep);
    for (std::size_t i = 0; i < text.size(); ++i) {
      scanner.scan(text.substr(i, 1), at + i);
      if (dialect.ends_line(text[i]) && scanner.state() == TextState::kFieldStart)
        record = at + i + 1;
    }
  }
  throw DataError("a quoted field is not closed before the end of the file: " + part.path +
                  ", line " + std::to_string(line_number(file, dialect, record, {})) +
                  " (another `quoteMark`?)"_named);
}

}  // namespace

std::vector<TextRange> text_ranges(const RandomAccessFile& file, const TextPart& part,
                                   const TextLayout& layout, std::uint64_t split_bytes) {
  const auto size = file.size();
  if (part.data_begin >= size) return {};
  return text_ranges(file, part, layout,
                     find_borders(file, part, layout.dialect, split_bytes, part.data_begin, size));
}

std::vector<TextRange> text_ranges(const RandomAccessFile& file, const TextPart& part,
                                   const TextLayout& layout, const TextBorders& borders) {
  const auto& [in_quotes, begins] = borders.readings[0];  // files begin outside of quotes
  if (in_quotes)
    unclosed_quote(file, part, layout.dialect, begins.empty() ? part.data_begin : begins.back());
  std::vector<TextRange> ranges;
  for (std::size_t i = 0; i < begins.size(); ++i)
    ranges.push_back({begins[i], i + 1 < begins.size() ? begins[i + 1] : file.size()});
  return ranges;
}

}  // namespace insitu
