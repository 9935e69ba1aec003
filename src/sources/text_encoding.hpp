#pragma once
// Bytes of text files: UTF-8 is checked, GB18030 is read into UTF-8 (iconv of the C library).
#include <string>
#include <string_view>

namespace insitu {

/// True for ASCII only.
bool is_ascii(std::string_view);

/// Position of the first byte that is not part of valid UTF-8 (RFC 3629); npos: all is well.
std::size_t find_invalid_utf8(std::string_view);

/// Throws DataError "invalid gb18030 text at byte ..." (counted from the beginning of `bytes`).
std::string utf8_from_gb18030(std::string_view bytes);

/// "\xff"-style writing of bytes that are no text, cut to a readable length, for messages.
std::string printable(std::string_view);

}  // namespace insitu
