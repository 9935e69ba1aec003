#pragma once
// UTF-8 text by characters, independent of the process's locale (which differs between hosts).
#include <cstdint>
#include <string>
#include <string_view>

namespace insitu {

/// Number of characters (code points; a byte that begins none counts with the one before it).
std::size_t character_count(std::string_view text);

/// The characters first to last, counted from 1, as R's substr.
std::string_view characters(std::string_view text, std::int64_t first, std::int64_t last);

/// Case of Latin, Greek and Cyrillic letters that have a one-character counterpart; other
/// characters stay.
std::string to_upper(std::string_view text);
std::string to_lower(std::string_view text);

/// Appends a code point.
void append_character(std::string& out, std::uint32_t code);
/// Reads the code point at `at` and moves past it; a malformed byte is read as itself.
std::uint32_t next_character(std::string_view text, std::size_t& at);

}  // namespace insitu
