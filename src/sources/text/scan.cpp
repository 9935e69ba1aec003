#include "sources/text/scan.hpp"

#include <algorithm>

namespace insitu {

const char* find_field_end(const TextDialect& dialect, const char* p, const char* end) {
#ifdef __SSE2__
  const __m128i delimiter = _mm_set1_epi8(dialect.delimiter),
                newline = _mm_set1_epi8(dialect.newline),
                line_feed = _mm_set1_epi8(dialect.newline == '\r' ? '\n' : dialect.newline);
  for (; end - p >= 16; p += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    const auto found = static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_or_si128(
        _mm_cmpeq_epi8(bytes, delimiter),
        _mm_or_si128(_mm_cmpeq_epi8(bytes, newline), _mm_cmpeq_epi8(bytes, line_feed)))));
    if (found) return p + std::countr_zero(found);
  }
#endif
  while (p < end && *p != dialect.delimiter && !dialect.ends_line(*p)) ++p;
  return p;
}

void LineEnds::add(std::string_view text) {
  if (text.empty()) return;
  if (after_return_ && text[0] == '\n') ++pairs_;
  feeds_ += std::count(text.begin(), text.end(), '\n');
  if (text.find('\r') != std::string_view::npos) {
    returns_ += std::count(text.begin(), text.end(), '\r');
    for (auto at = text.find("\r\n"); at != std::string_view::npos; at = text.find("\r\n", at + 2))
      ++pairs_;
  }
  after_return_ = text.back() == '\r';
}

namespace {

/// Where the opening quote of the field at `p` stands, or null: the field is not quoted.
const char* opening_quote(const TextDialect& dialect, const char* p, const char* end) {
  if (dialect.quote == '\0') return nullptr;
  if (dialect.blanks_are_padding())
    while (p < end && *p == ' ') ++p;
  return p < end && *p == dialect.quote ? p : nullptr;
}

const char* find(char c, const char* p, const char* end) {
  return p < end ? static_cast<const char*>(std::memchr(p, c, static_cast<std::size_t>(end - p)))
                 : nullptr;
}

/// The closing quote that belongs to the opening one at `open`, or null.
const char* closing_quote(char quote, const char* open, const char* end) {
  for (const char* p = open + 1; (p = find(quote, p, end)) != nullptr; p += 2)
    if (p + 1 == end || p[1] != quote) return p;
  return nullptr;
}

}  // namespace

const char* scan_field(const TextDialect& dialect, const char* p, const char* end,
                       FieldSpan& span) {
  const char* from = p;
  if (const char* open = opening_quote(dialect, p, end)) {
    const char* close = closing_quote(dialect.quote, open, end);
    if (!close) return nullptr;
    from = close + 1;
  }
  const char* stop = find_field_end(dialect, from, end);
  span = {p, stop};
  if (stop == end || dialect.ends_line(*stop)) span.end = dialect.without_carriages(from, stop);
  return stop;
}

FieldText unquote(const TextDialect& dialect, FieldSpan span, std::string& scratch) {
  const char* open = opening_quote(dialect, span.begin, span.end);
  const char* close = open ? closing_quote(dialect.quote, open, span.end) : nullptr;
  if (!close) return {{span.begin, static_cast<std::size_t>(span.end - span.begin)}, false};
  const char* tail = close + 1;
  while (tail < span.end && *tail == ' ') ++tail;
  const bool has_tail = tail < span.end;
  const char* first_quote = find(dialect.quote, open + 1, close);
  if (!has_tail && !first_quote)
    return {{open + 1, static_cast<std::size_t>(close - open - 1)}, true};
  scratch.clear();
  for (const char* p = open + 1; p < close;) {
    const char* quote = find(dialect.quote, p, close);
    if (!quote) {
      scratch.append(p, close);
      break;
    }
    scratch.append(p, quote + 1);
    p = quote + 2;
  }
  if (!has_tail) return {scratch, true};
  scratch.append(close + 1, span.end);
  return {scratch, true, {close + 1, static_cast<std::size_t>(span.end - close - 1)}};
}

bool RecordWalker::next(std::vector<FieldSpan>& fields) {
  const char delimiter = dialect_.delimiter;
  const bool combine = dialect_.combine_delimiters;
  while (p_ < end_) {
    fields.clear();
    record_begin_ = position();
    if (combine && delimiter == ' ')
      while (p_ < end_ && *p_ == ' ') ++p_;
    for (;;) {
      FieldSpan span{p_, p_};
      const char* stop = scan_field(dialect_, p_, end_, span);
      if (!stop) {
        unclosed_ = true;
        return false;
      }
      fields.push_back(span);
      p_ = stop;
      if (p_ == end_ || dialect_.ends_line(*p_)) break;
      ++p_;
      if (combine) {
        while (p_ < end_ && *p_ == delimiter) ++p_;
        // Blanks before the line end separate nothing.
        const char* line_end = p_;
        if (dialect_.newline == '\n')
          while (line_end < end_ && *line_end == '\r') ++line_end;
        if (delimiter == ' ' && (line_end == end_ || dialect_.ends_line(*line_end))) {
          p_ = line_end;
          break;
        }
      }
    }
    terminated_ = p_ < end_;
    if (terminated_) ++p_;
    const bool empty_line = fields.size() == 1 && fields[0].begin == fields[0].end;
    if (!empty_line) return true;
  }
  return false;
}

}  // namespace insitu
