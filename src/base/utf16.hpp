#pragma once
// UTF-8 and the UTF-16 of databases, whatever the locale of the process is.
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace insitu {

/// Ends with a zero, which is not counted by those who take the size. Throws InvalidArgument for
/// what is no UTF-8.
std::vector<std::uint16_t> wide_text(std::string_view utf8);

/// Appends; half a surrogate pair becomes U+FFFD.
void append_utf8(std::string& out, std::span<const std::uint16_t> wide);
inline std::string utf8_text(std::span<const std::uint16_t> wide) {
  std::string out;
  append_utf8(out, wide);
  return out;
}

}  // namespace insitu
