#pragma once
// Bytes as text (RFC 4648, the standard alphabet with padding).
#include <string>
#include <string_view>

namespace insitu {

std::string to_base64(std::string_view bytes);
/// Throws InvalidArgument for anything that is not base64; line breaks are allowed.
std::string from_base64(std::string_view text);

}  // namespace insitu
