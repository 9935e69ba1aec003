#include "formula/expression/text.hpp"

#include <algorithm>

#include "base/utf8.hpp"

namespace insitu {

namespace {

bool begins_character(char c) { return (c & 0xc0) != 0x80; }

std::uint32_t upper(std::uint32_t c) {
  if (c >= 'a' && c <= 'z') return c - 32;
  if (c < 0xb5) return c;
  if (c == 0xb5) return 0x39c;                             // micro sign
  if (c >= 0xe0 && c <= 0xfe && c != 0xf7) return c - 32;  // Latin-1
  if (c == 0xff) return 0x178;
  if ((c >= 0x100 && c <= 0x137) ||
      (c >= 0x14a && c <= 0x177)) {  // Latin Extended-A: pairs, capital even
    return c == 0x131 ? 'I' : c == 0x130 ? c : c & ~1u;
  }
  if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17e))
    return c % 2 == 0 ? c - 1 : c;  // capital odd
  if (c == 0x17f) return 'S';
  if (c == 0x3ac) return 0x386;  // Greek with tonos
  if (c >= 0x3ad && c <= 0x3af) return c - 37;
  if (c == 0x3c2) return 0x3a3;  // final sigma
  if (c >= 0x3b1 && c <= 0x3cb) return c - 32;
  if (c == 0x3cc) return 0x38c;
  if (c == 0x3cd || c == 0x3ce) return c - 63;
  if (c >= 0x430 && c <= 0x44f) return c - 32;  // Cyrillic
  if (c >= 0x450 && c <= 0x45f) return c - 80;
  return c;
}

std::uint32_t lower(std::uint32_t c) {
  if (c >= 'A' && c <= 'Z') return c + 32;
  if (c < 0xc0) return c;
  if (c <= 0xde && c != 0xd7) return c + 32;
  if (c == 0x178) return 0xff;
  if ((c >= 0x100 && c <= 0x137) || (c >= 0x14a && c <= 0x177))
    return c == 0x130 ? 'i' : c == 0x131 ? c : c | 1u;
  if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17e)) return c % 2 == 1 ? c + 1 : c;
  if (c == 0x386) return 0x3ac;
  if (c >= 0x388 && c <= 0x38a) return c + 37;
  if (c == 0x38c) return 0x3cc;
  if (c == 0x38e || c == 0x38f) return c + 63;
  if (c >= 0x391 && c <= 0x3ab && c != 0x3a2) return c + 32;
  if (c >= 0x410 && c <= 0x42f) return c + 32;
  if (c >= 0x400 && c <= 0x40f) return c + 80;
  return c;
}

template <class F>
std::string mapped(std::string_view text, F&& f) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    if (static_cast<unsigned char>(text[at]) < 0x80) {
      out += static_cast<char>(f(static_cast<unsigned char>(text[at++])));
      continue;
    }
    const auto begin = at;
    const auto code = next_character(text, at);
    if (at - begin == 1)
      out += text[begin];  // malformed: kept as it is
    else
      append_character(out, f(code));
  }
  return out;
}

}  // namespace

std::uint32_t next_character(std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const std::uint32_t first = byte(at++);
  const int more = first < 0xc0 ? 0 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : first < 0xf8 ? 3 : 0;
  if (more == 0 || at + static_cast<std::size_t>(more) > text.size()) return first;
  std::uint32_t code = first & (0x3fu >> more);
  for (int i = 0; i < more; ++i) {
    if (begins_character(text[at + static_cast<std::size_t>(i)])) return first;
    code = code << 6 | (byte(at + static_cast<std::size_t>(i)) & 0x3f);
  }
  at += static_cast<std::size_t>(more);
  return code;
}

void append_character(std::string& out, std::uint32_t code) {
  const auto put = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xc0 | code >> 6), put(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    put(0xe0 | code >> 12), put(0x80 | (code >> 6 & 0x3f)), put(0x80 | (code & 0x3f));
  } else {
    put(0xf0 | code >> 18), put(0x80 | (code >> 12 & 0x3f)), put(0x80 | (code >> 6 & 0x3f)),
        put(0x80 | (code & 0x3f));
  }
}

std::size_t character_count(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), begins_character));
}

std::string_view characters(std::string_view text, std::int64_t first, std::int64_t last) {
  first = std::max<std::int64_t>(first, 1);
  if (first > last) return {};
  if (is_ascii(text)) {
    if (first > static_cast<std::int64_t>(text.size())) return {};
    const auto begin = static_cast<std::size_t>(first - 1);
    return text.substr(begin, static_cast<std::size_t>(last - first + 1));
  }
  std::size_t begin = text.size(), end = text.size();
  std::int64_t number = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!begins_character(text[i])) continue;
    ++number;
    if (number == first) begin = i;
    if (number == last + 1) {
      end = i;
      break;
    }
  }
  return text.substr(begin, end - begin);
}

std::string to_upper(std::string_view text) { return mapped(text, upper); }
std::string to_lower(std::string_view text) { return mapped(text, lower); }

}  // namespace insitu
