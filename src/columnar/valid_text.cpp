#include "columnar/valid_text.hpp"

#include "base/error.hpp"
#include "base/named.hpp"
#include "base/utf8.hpp"

namespace insitu {

namespace {

/// Bytes beyond ASCII as \xE4, the beginning of a long text.
std::string shown(std::string_view text) {
  constexpr std::size_t kMost = 40;
  std::string out;
  for (const unsigned char byte : text.substr(0, kMost)) {
    if (byte >= 0x20 && byte < 0x7f) {
      out += static_cast<char>(byte);
    } else {
      out += "\\x";
      out += "0123456789ABCDEF"[byte >> 4];
      out += "0123456789ABCDEF"[byte & 15];
    }
  }
  return out + (text.size() > kMost ? "..." : "");
}

}  // namespace

void check_texts(const Column& texts, const std::string& name, std::int64_t first_row,
                 const std::string& path) {
  if (texts.size() == 0) return;
  const auto* offsets = texts.string_offsets();
  const std::string_view all(texts.string_bytes() + offsets[0],
                             static_cast<std::size_t>(offsets[texts.size()] - offsets[0]));
  if (is_ascii(all)) return;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (!texts.string_valid(i)) continue;
    const auto text = texts.string_at(i);
    if (find_invalid_utf8(text) == std::string_view::npos) continue;
    throw DataError("the text in variable '" + name + "', row " +
                    std::to_string(first_row + static_cast<std::int64_t>(i) + 1) +
                    ", is not valid UTF-8: \"" + shown(text) +
                    "\"; write the file anew with UTF-8 texts, or export it as text and name its "
                    "`inputEncoding`: "_named +
                    path);
  }
}

}  // namespace insitu
