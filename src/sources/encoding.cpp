#include "sources/encoding.hpp"

#include <iconv.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <optional>

#include "base/error.hpp"
#include "base/named.hpp"
#include "base/utf8.hpp"

namespace insitu {

namespace {

const iconv_t kNoConverter = reinterpret_cast<iconv_t>(-1);

/// The whole of `bytes` as UTF-8 (nothing: they are no text of the encoding).
std::optional<std::string> decoded(const std::string& encoding, std::string_view bytes) {
  try {
    return utf8_from(encoding, bytes);
  } catch (const InvalidText&) {
    return std::nullopt;
  }
}

}  // namespace

struct Utf8Converter::Handle {
  explicit Handle(const std::string& encoding) : iconv(iconv_open("UTF-8", encoding.c_str())) {}
  ~Handle() {
    if (iconv != kNoConverter) iconv_close(iconv);
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  iconv_t iconv;
};

Utf8Converter::Utf8Converter(const std::string& encoding)
    : handle_(std::make_unique<Handle>(encoding)) {
  if (handle_->iconv == kNoConverter)
    throw InvalidArgument(
        "`inputEncoding` is not known to this system's C library (iconv): "_named + encoding +
        "; known are for example utf-8, latin1, windows-1252, utf-16, gb18030, shift_jis");
}

Utf8Converter::~Utf8Converter() = default;

std::size_t Utf8Converter::convert(std::string_view bytes, bool more, std::string& text) {
  char* in = const_cast<char*>(bytes.data());  // iconv's signature; it does not write there
  std::size_t in_left = bytes.size(), written = text.size();
  text.resize(written + bytes.size() + bytes.size() / 2 + 16);
  while (in_left > 0) {
    char* out = text.data() + written;
    std::size_t out_left = text.size() - written;
    const auto result = iconv(handle_->iconv, &in, &in_left, &out, &out_left);
    const auto failure = errno;
    written = text.size() - out_left;
    if (result != static_cast<std::size_t>(-1)) break;
    if (failure == EINVAL && more) break;
    if (failure != E2BIG) {
      const auto at = bytes.size() - in_left;
      throw InvalidText{at, printable(bytes.substr(at, 4))};
    }
    text.resize(text.size() * 2);
  }
  text.resize(written);
  return bytes.size() - in_left;
}

std::string utf8_from(const std::string& encoding, std::string_view bytes) {
  Utf8Converter converter(encoding);
  std::string text;
  converter.convert(bytes, false, text);
  return text;
}

EncodingKind encoding_kind(const std::string& name) {
  if (name.empty()) return EncodingKind::kUtf8;
  if (name == "gb18030") {
    const Utf8Converter known(name);
    return EncodingKind::kGb18030;
  }
  std::string ascii;
  for (char c = 1; c > 0 && c < 0x7f; ++c) ascii += c;
  if (decoded(name, ascii) != ascii) return EncodingKind::kWhole;
  for (int byte = 0x80; byte < 0x100; ++byte) {
    const std::string one(1, static_cast<char>(byte));
    const auto text = decoded(name, one + "a");
    if (text && !text->ends_with('a')) return EncodingKind::kWhole;
    // A byte that is no text alone may begin a longer character.
    if (!text)
      for (const char second : {'0', 'a', '|', '\x80', '\xa1', '\xfe'})
        if (decoded(name, one + second)) return EncodingKind::kWhole;
  }
  return EncodingKind::kOneByte;
}

std::string printable(std::string_view text) {
  constexpr std::size_t kLongest = 80;
  const bool cut = text.size() > kLongest;
  if (cut) {
    text = text.substr(0, kLongest);
    // Does not cut a character in two.
    for (int i = 0; i < 3 && !text.empty() && find_invalid_utf8(text) != std::string_view::npos;
         ++i)
      text.remove_suffix(1);
  }
  std::string out;
  while (!text.empty()) {
    const auto bad = find_invalid_utf8(text);
    for (const char c : text.substr(0, bad)) {
      if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f) {
        out += c;
        continue;
      }
      if (c == '\n')
        out += "\\n";
      else if (c == '\r')
        out += "\\r";
      else if (c == '\t')
        out += "\\t";
      else
        out += "\\x", out += "0123456789abcdef"[static_cast<unsigned char>(c) >> 4],
            out += "0123456789abcdef"[c & 15];
    }
    if (bad == std::string_view::npos) break;
    const auto byte = static_cast<unsigned char>(text[bad]);
    out += "\\x";
    out += "0123456789abcdef"[byte >> 4];
    out += "0123456789abcdef"[byte & 15];
    text.remove_prefix(bad + 1);
  }
  return cut ? out + "..." : out;
}

}  // namespace insitu
