#pragma once
// Where fields and records of a delimited text end. The grammar, in one place (docs/text.md):
//
//   A field that begins with the quote mark (blanks may stand before it) is quoted: it ends at the
//   next quote mark that is not doubled; delimiters and line ends within are text. What follows up
//   to the delimiter is appended to the text, unless it is blank. In any other field a quote mark
//   is an ordinary character.
//
// Just after a line end a text is in one of two states: at the start of a record, or inside a
// quoted field. All cutting happens there.
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "sources/text/dialect.hpp"

namespace insitu {

/// Bit i of each mask: byte i of a block of 64 is that character.
struct TextMasks {
  std::uint64_t quotes = 0, delimiters = 0, newlines = 0;
};

inline constexpr std::size_t kTextBlock = 64;

/// The masks of 64 readable bytes.
inline TextMasks text_masks(const char* block, const TextDialect& dialect) {
  TextMasks masks;
#ifdef __SSE2__
  const __m128i quote = _mm_set1_epi8(dialect.quote), delimiter = _mm_set1_epi8(dialect.delimiter),
                newline = _mm_set1_epi8(dialect.newline);
  for (int i = 0; i < 4; ++i) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(block + 16 * i));
    const auto mask_of = [&](__m128i wanted) {
      return static_cast<std::uint64_t>(
                 static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, wanted))))
             << (16 * i);
    };
    masks.quotes |= mask_of(quote);
    masks.delimiters |= mask_of(delimiter);
    masks.newlines |= mask_of(newline);
  }
#else
  for (std::size_t i = 0; i < kTextBlock; ++i) {
    masks.quotes |= static_cast<std::uint64_t>(block[i] == dialect.quote) << i;
    masks.delimiters |= static_cast<std::uint64_t>(block[i] == dialect.delimiter) << i;
    masks.newlines |= static_cast<std::uint64_t>(block[i] == dialect.newline) << i;
  }
#endif
  if (dialect.newline == '\r')
    for (std::size_t i = 0; i < kTextBlock; ++i)
      masks.newlines |= static_cast<std::uint64_t>(block[i] == '\n') << i;
  if (dialect.quote == '\0') masks.quotes = 0;
  return masks;
}

/// Bit i of the result: an odd number of bits is set in bits 0 to i.
inline std::uint64_t prefix_xor(std::uint64_t bits) {
  for (int shift = 1; shift < 64; shift <<= 1) bits ^= bits << shift;
  return bits;
}

/// Follows quotes by their parity through blocks of 64 bytes. That equals the grammar as long as
/// every opening quote stands at the start of a field; where one does not, the block is irregular
/// and has to be read field by field.
class QuoteParity {
 public:
  /// `inside`: the text before the first block ends inside a quoted field.
  explicit QuoteParity(bool inside) : inside_(inside ? ~std::uint64_t{0} : 0) {}

  /// Bits that lie inside quotes (the opening quote included, the closing one not). `regular` tells
  /// whether the parity rule holds in this block; if not, the state must be set anew before the
  /// next one.
  std::uint64_t next(const TextMasks& masks, bool& regular) {
    if (masks.quotes == 0) {
      const auto result = inside_;
      may_open_ = (masks.delimiters | masks.newlines) >> 63;
      regular = true;
      return result;
    }
    const auto inside = prefix_xor(masks.quotes) ^ inside_;
    const auto opening = masks.quotes & inside;
    const auto starts = masks.delimiters | masks.newlines | masks.quotes;
    regular = (opening & ~(starts << 1 | may_open_)) == 0;
    inside_ = static_cast<std::uint64_t>(-static_cast<std::int64_t>(inside >> 63));
    may_open_ = starts >> 63;
    return inside;
  }
  bool inside() const { return inside_ != 0; }

 private:
  std::uint64_t inside_;
  std::uint64_t may_open_ =
      1;  // the byte before the block ends a field (or is a quote, which then is doubled)
};

/// Line ends of a text that comes in pieces.
class LineEnds {
 public:
  void add(std::string_view text);
  /// CR, LF and CR LF count one each.
  std::int64_t count() const { return returns_ + feeds_ - pairs_; }
  std::int64_t feeds() const { return feeds_; }
  std::int64_t characters() const { return returns_ + feeds_; }

 private:
  std::int64_t returns_ = 0, feeds_ = 0, pairs_ = 0;
  bool after_return_ = false;
};

/// The first byte in [p, end) that is the delimiter or the line end; `end` if there is none.
const char* find_field_end(const TextDialect&, const char* p, const char* end);

/// A field as it stands in the text: [begin, end) without a '\r' that belongs to the line end.
struct FieldSpan {
  const char* begin;
  const char* end;
};

/// What a field says.
struct FieldText {
  std::string_view text;
  bool quoted = false;
  std::string_view tail = {};  ///< what follows the closing quote, unless blank
};

/// Finds the field that begins at `p` and returns where its delimiter or line end stands (`end`:
/// none). Returns null when a quoted field is not closed before `end`.
const char* scan_field(const TextDialect&, const char* p, const char* end, FieldSpan& span);

/// Takes off the quotes. The text points into the span or into `scratch`.
FieldText unquote(const TextDialect&, FieldSpan, std::string& scratch);

/// Walks over the records of a text field by field; slow and sure. Empty lines are no records.
class RecordWalker {
 public:
  RecordWalker(const TextDialect& dialect, std::string_view text)
      : dialect_(dialect), begin_(text.data()), p_(text.data()), end_(text.data() + text.size()) {}

  /// The fields of the next record; false at the end of the text. `record_begin()` is where it
  /// begins. An unclosed quote ends the walk with unclosed() true.
  bool next(std::vector<FieldSpan>& fields);
  std::size_t record_begin() const { return record_begin_; }
  std::size_t position() const { return static_cast<std::size_t>(p_ - begin_); }
  bool unclosed() const { return unclosed_; }
  /// The last record returned ended with a line end, not with the text.
  bool terminated() const { return terminated_; }

 private:
  TextDialect dialect_;
  const char *begin_, *p_, *end_;
  std::size_t record_begin_ = 0;
  bool unclosed_ = false, terminated_ = false;
};

}  // namespace insitu
