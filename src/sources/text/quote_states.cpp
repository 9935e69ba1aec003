#include "sources/text/quote_states.hpp"

#include <cstring>

namespace insitu {

void TextStateScanner::scan(std::string_view text, std::uint64_t position) {
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  const char quote = dialect_.quote, delimiter = dialect_.delimiter;
  const char* p = begin;
  while (p < end) {
    if (state_ == TextState::kQuoted) {  // no byte of a longer character is a quote mark
      p = static_cast<const char*>(std::memchr(p, quote, static_cast<std::size_t>(end - p)));
      if (!p) return;
      state_ = TextState::kQuoteSeen;
      ++p;
      continue;
    }
    const char c = *p++;
    if (skip_ > 0) {
      --skip_;
      continue;
    }
    if (lead_) {
      // The second byte tells whether the character has two or four.
      lead_ = false;
      skip_ = c >= 0x30 && c <= 0x39 ? 2 : 0;
      continue;
    }
    if (dialect_.long_characters && static_cast<unsigned char>(c) > 0x80) {
      lead_ = true;
      state_ = TextState::kPlain;
      continue;
    }
    if (c == quote) {
      if (state_ == TextState::kFieldStart || state_ == TextState::kQuoteSeen)
        state_ = TextState::kQuoted;
      continue;
    }
    if (dialect_.ends_line(c)) {
      state_ = TextState::kFieldStart;
      if (first_record_ == kNone) first_record_ = position + static_cast<std::uint64_t>(p - begin);
    } else if (c == delimiter) {
      state_ = TextState::kFieldStart;
    } else if (!(state_ == TextState::kFieldStart && c == ' ' && dialect_.blanks_are_padding())) {
      state_ = TextState::kPlain;
    }
  }
}

}  // namespace insitu
