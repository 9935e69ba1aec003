#include "sources/text/borders.hpp"

#include <algorithm>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "base/current_call.hpp"
#include "base/error.hpp"
#include "sources/text/quote_states.hpp"
#include "sources/text/scan.hpp"
#include "sources/text/window.hpp"

namespace insitu {

void TextBorders::merge(const TextBorders& next) {
  for (auto& reading : readings) {
    const auto& follows = next.readings[reading.ends_in_quotes ? 1 : 0];
    reading.begins.insert(reading.begins.end(), follows.begins.begin(), follows.begins.end());
    reading.ends_in_quotes = follows.ends_in_quotes;
  }
}

std::vector<std::int64_t> TextBorders::numbers() const {
  std::vector<std::int64_t> numbers;
  for (const auto& reading : readings) {
    numbers.push_back(reading.ends_in_quotes ? 1 : 0);
    numbers.push_back(static_cast<std::int64_t>(reading.begins.size()));
    for (const auto begin : reading.begins) numbers.push_back(static_cast<std::int64_t>(begin));
  }
  return numbers;
}

TextBorders TextBorders::from_numbers(std::span<const std::int64_t> numbers) {
  TextBorders borders;
  for (auto& reading : borders.readings) {
    if (numbers.size() < 2 || numbers[1] < 0 ||
        static_cast<std::uint64_t>(numbers[1]) > numbers.size() - 2)
      throw DataError("a survey of a text file cannot be read");
    const auto count = static_cast<std::size_t>(numbers[1]);
    reading.ends_in_quotes = numbers[0] != 0;
    for (const auto begin : numbers.subspan(2, count))
      reading.begins.push_back(static_cast<std::uint64_t>(begin));
    numbers = numbers.subspan(2 + count);
  }
  if (!numbers.empty()) throw DataError("a survey of a text file cannot be read");
  return borders;
}

namespace {

constexpr std::uint64_t kNone = TextStateScanner::kNone;
constexpr std::uint64_t kSearchStep = 1 << 16, kScanStep = 1 << 20, kMostHeld = 4 << 20;
/// Until two readings of a text agree: most often in the first record.
constexpr std::uint64_t kAgreeStep = 1 << 10;

class BorderFinder {
 public:
  BorderFinder(const RandomAccessFile& file, const TextPart& part, const TextDialect& dialect)
      : dialect_(dialect), path_(part.path), size_(file.size()), window_(file, size_) {}

  TextBorders find(std::uint64_t data_begin, std::uint64_t split_bytes, std::uint64_t begin,
                   std::uint64_t end) {
    TextBorders borders;
    std::optional<std::uint64_t> piece;  // where the one at hand begins
    for (auto wanted = begin; wanted < end;) {
      const auto next = std::min((wanted / split_bytes + 1) * split_bytes, size_);
      const auto search = wanted == data_begin ? wanted : wanted - 1;
      if (dialect_.quote != '\0')  // one read for the search and the piece that it finds
        (void)window_.read(piece && next - *piece <= kMostHeld ? *piece : search,
                           next + kSearchStep);
      if (window_.read(wanted, wanted + 1).empty()) became_shorter();
      const auto cut =
          wanted == data_begin ? wanted : behind_line_end(search, next < size_ ? next - 1 : size_);
      if (cut != kNone) {
        if (piece) borders.merge(of_piece(*piece, cut));
        piece = cut;
      }
      wanted = next;
    }
    if (piece) {
      const auto cut = end < size_ ? behind_line_end(end - 1, size_) : kNone;
      borders.merge(of_piece(*piece, cut == kNone ? size_ : cut));
    }
    return borders;
  }

 private:
  /// Behind the first line end in [from, end), or kNone.
  std::uint64_t behind_line_end(std::uint64_t from, std::uint64_t end) {
    for (auto at = from; at < end; at += kSearchStep) {
      const auto text = window_.read(at, std::min(at + kSearchStep, end));
      const auto found =
          dialect_.newline == '\r' ? text.find_first_of("\r\n") : text.find(dialect_.newline);
      if (found != std::string_view::npos) return at + found + 1;
      if (text.empty()) break;
      poll_current_call();
    }
    return kNone;
  }

  /// Of the text between two cuts, which lie just behind line ends.
  TextBorders of_piece(std::uint64_t begin, std::uint64_t end) {
    TextBorders borders;
    if (begin >= end) return borders;
    auto& [outside, inside] = borders.readings;
    outside.begins = {begin};
    auto at = dialect_.quote == '\0' ? kNone : line_of_first_quote(begin, end);
    if (at == kNone) return borders;
    // The two readings side by side until they agree: most often they do in the first record.
    TextStateScanner if_outside(dialect_, TextState::kFieldStart),
        if_inside(dialect_, TextState::kQuoted);
    while (at < end && !if_inside.agrees_with(if_outside)) {
      const auto text = step(at, end);
      if_outside.scan(text, at);
      if_inside.scan(text, at);
      at += text.size();
    }
    outside.ends_in_quotes = if_outside.quoted();
    inside.ends_in_quotes = if_inside.quoted();
    auto first_record = if_inside.first_record();
    if (if_inside.agrees_with(if_outside)) {
      auto both = if_inside;
      both.forget_first_record();
      while (at < end && both.first_record() == kNone) {
        const auto text = step(at, end);
        both.scan(text, at);
        at += text.size();
      }
      first_record = std::min(first_record, both.first_record());
      outside.ends_in_quotes = inside.ends_in_quotes =
          both.first_record() == kNone ? both.quoted() : quoted_at_end(both.first_record(), end);
    }
    if (first_record < end) inside.begins = {first_record};
    return borders;
  }

  std::string_view step(std::uint64_t at, std::uint64_t end) {
    poll_current_call();
    const auto text = window_.read(at, std::min(at + kAgreeStep, end));
    if (text.empty()) became_shorter();
    return text;
  }

  /// Where the line begins that holds the first quote mark of a text, or an earlier one; kNone: the
  /// text has none.
  std::uint64_t line_of_first_quote(std::uint64_t begin, std::uint64_t end) {
    auto line = begin;
    for (auto at = begin; at < end; at += kScanStep) {
      poll_current_call();
      auto text = window_.read(at, std::min(at + kScanStep, end));
      const auto quote = text.find(dialect_.quote);
      if (dialect_.long_characters) {  // a line end there may be a byte of a character
        if (quote != std::string_view::npos) return begin;
        continue;
      }
      text = text.substr(0, quote);
      if (const auto last =
              dialect_.newline == '\r' ? text.find_last_of("\r\n") : text.rfind(dialect_.newline);
          last != std::string_view::npos)
        line = at + last + 1;
      if (quote != std::string_view::npos) return line;
    }
    return kNone;
  }

  /// Whether a text that begins with a record ends in quotes: by their parity, 64 bytes at a time,
  /// or by the grammar where a quote stands at which the rule of parity does not hold.
  bool quoted_at_end(std::uint64_t begin, std::uint64_t end) {
    if (!dialect_.long_characters)
      if (const auto quoted = quoted_by_parity(begin, end)) return *quoted;
    TextStateScanner scanner(dialect_, TextState::kFieldStart);
    for (auto at = begin; at < end; at += kScanStep) {
      poll_current_call();
      scanner.scan(window_.read(at, std::min(at + kScanStep, end)), at);
    }
    return scanner.quoted();
  }

  std::optional<bool> quoted_by_parity(std::uint64_t begin, std::uint64_t end) {
    QuoteParity parity(false);
    for (auto at = begin; at < end; at += kScanStep) {
      poll_current_call();
      const auto text = window_.read(at, std::min(at + kScanStep, end));
      std::size_t i = 0;
      for (; i + kTextBlock <= text.size(); i += kTextBlock) {
        bool regular = true;
        parity.next(text_masks(text.data() + i, dialect_), regular);
        if (!regular) return std::nullopt;
      }
      if (i < text.size()) {
        char padded[kTextBlock] = {};
        std::memcpy(padded, text.data() + i, text.size() - i);
        bool regular = true;
        auto masks = text_masks(padded, dialect_);
        const auto valid = (std::uint64_t{1} << (text.size() - i)) - 1;
        masks.quotes &= valid, masks.delimiters &= valid, masks.newlines &= valid;
        parity.next(masks, regular);
        if (!regular) return std::nullopt;
      }
    }
    return parity.inside();
  }

  [[noreturn]] void became_shorter() const {
    throw DataError("the file became shorter while it was read: " + path_);
  }

  const TextDialect& dialect_;
  std::string path_;
  std::uint64_t size_;
  TextWindow window_;
};

}  // namespace

TextBorders find_borders(const RandomAccessFile& file, const TextPart& part,
                         const TextDialect& dialect, std::uint64_t split_bytes, std::uint64_t begin,
                         std::uint64_t end) {
  return BorderFinder(file, part, dialect).find(part.data_begin, split_bytes, begin, end);
}

}  // namespace insitu
