#include "base/utf16.hpp"

#include "base/error.hpp"

namespace insitu {

namespace {

void append_code_point(std::string& out, std::uint32_t point) {
  const auto put = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (point < 0x80) {
    put(point);
  } else if (point < 0x800) {
    put(0xC0 | point >> 6);
    put(0x80 | (point & 0x3F));
  } else if (point < 0x10000) {
    put(0xE0 | point >> 12);
    put(0x80 | (point >> 6 & 0x3F));
    put(0x80 | (point & 0x3F));
  } else {
    put(0xF0 | point >> 18);
    put(0x80 | (point >> 12 & 0x3F));
    put(0x80 | (point >> 6 & 0x3F));
    put(0x80 | (point & 0x3F));
  }
}

/// The code point at `at`, which moves behind it. Throws for what is no UTF-8.
std::uint32_t next_code_point(std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  const auto lead = byte(at);
  const std::size_t more = lead < 0x80   ? 0
                           : lead < 0xC2 ? 4
                           : lead < 0xE0 ? 1
                           : lead < 0xF0 ? 2
                           : lead < 0xF5 ? 3
                                         : 4;
  std::uint32_t point = more == 0 ? lead : lead & (0x3FU >> more);
  bool valid = more < 4;
  for (std::size_t k = 1; valid && k <= more; ++k) {
    valid = (byte(at + k) & 0xC0) == 0x80;
    point = point << 6 | (byte(at + k) & 0x3F);
  }
  if (!valid || (more == 2 && (point < 0x800 || (point >= 0xD800 && point < 0xE000))) ||
      (more == 3 && (point < 0x10000 || point > 0x10FFFF)))
    throw InvalidArgument("a text is not valid UTF-8");
  at += more + 1;
  return point;
}

}  // namespace

std::vector<std::uint16_t> wide_text(std::string_view utf8) {
  std::vector<std::uint16_t> out;
  out.reserve(utf8.size() + 1);
  for (std::size_t at = 0; at < utf8.size();) {
    const auto point = next_code_point(utf8, at);
    if (point < 0x10000) {
      out.push_back(static_cast<std::uint16_t>(point));
    } else {
      out.push_back(static_cast<std::uint16_t>(0xD800 + ((point - 0x10000) >> 10)));
      out.push_back(static_cast<std::uint16_t>(0xDC00 + ((point - 0x10000) & 0x3FF)));
    }
  }
  out.push_back(0);
  return out;
}

void append_utf8(std::string& out, std::span<const std::uint16_t> wide) {
  for (std::size_t i = 0; i < wide.size(); ++i) {
    std::uint32_t point = wide[i];
    if (point < 0x80) {
      out += static_cast<char>(point);
      continue;
    }
    if (point >= 0xD800 && point < 0xE000) {
      const bool pair =
          point < 0xDC00 && i + 1 < wide.size() && wide[i + 1] >= 0xDC00 && wide[i + 1] < 0xE000;
      point = pair ? 0x10000 + ((point - 0xD800) << 10) + (wide[i + 1] - 0xDC00U) : 0xFFFD;
      if (pair) ++i;
    }
    append_code_point(out, point);
  }
}

}  // namespace insitu
