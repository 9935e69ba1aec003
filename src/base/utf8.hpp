#pragma once
// Whether bytes are text.
#include <cstddef>
#include <string_view>

namespace insitu {

/// True for ASCII only.
bool is_ascii(std::string_view);

/// Position of the first byte that is not part of valid UTF-8 (RFC 3629); npos: all is well.
std::size_t find_invalid_utf8(std::string_view);

}  // namespace insitu
