#include "base/base64.hpp"

#include <array>
#include <cstdint>

#include "base/error.hpp"

namespace insitu {

namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::array<std::int8_t, 256> decoding_table() {
  std::array<std::int8_t, 256> table{};
  table.fill(-1);
  for (std::size_t i = 0; i < kAlphabet.size(); ++i)
    table[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::int8_t>(i);
  return table;
}

constexpr auto kValues = decoding_table();

}  // namespace

std::string to_base64(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const auto byte = [&](std::size_t k) {
      return i + k < bytes.size() ? static_cast<unsigned>(static_cast<unsigned char>(bytes[i + k]))
                                  : 0u;
    };
    const unsigned group = byte(0) << 16 | byte(1) << 8 | byte(2);
    text += kAlphabet[group >> 18];
    text += kAlphabet[group >> 12 & 63];
    text += i + 1 < bytes.size() ? kAlphabet[group >> 6 & 63] : '=';
    text += i + 2 < bytes.size() ? kAlphabet[group & 63] : '=';
  }
  return text;
}

std::string from_base64(std::string_view text) {
  std::string bytes(text.size() / 4 * 3 + 3, '\0');
  std::size_t size = 0;
  const auto put = [&](unsigned byte) { bytes[size++] = static_cast<char>(byte & 255); };
  unsigned group = 0;
  int digits = 0;
  std::size_t padding = 0;
  for (std::size_t at = 0; at < text.size();) {
    if (digits == 0 && padding == 0) {
      // Four digits at once, as long as nothing else stands between them.
      for (; at + 4 <= text.size(); at += 4) {
        const auto value = [&](std::size_t k) {
          return static_cast<int>(kValues[static_cast<unsigned char>(text[at + k])]);
        };
        const int four = value(0) << 18 | value(1) << 12 | value(2) << 6 | value(3);
        if (four < 0) break;
        put(static_cast<unsigned>(four) >> 16);
        put(static_cast<unsigned>(four) >> 8);
        put(static_cast<unsigned>(four));
      }
      if (at == text.size()) break;
    }
    const char c = text[at++];
    if (c == '\n' || c == '\r') continue;
    if (c == '=') {
      ++padding;
      continue;
    }
    const auto value = kValues[static_cast<unsigned char>(c)];
    if (value < 0 || padding > 0) throw InvalidArgument("text is not base64");
    group = group << 6 | static_cast<unsigned>(value);
    if (++digits == 4) {
      put(group >> 16);
      put(group >> 8);
      put(group);
      group = 0, digits = 0;
    }
  }
  if (digits == 1 || padding > 2 || (padding > 0 && digits + static_cast<int>(padding) != 4))
    throw InvalidArgument("text is not base64");
  if (digits == 2) put(group >> 4);
  if (digits == 3) {
    put(group >> 10);
    put(group >> 2);
  }
  bytes.resize(size);
  return bytes;
}

}  // namespace insitu
