#pragma once
// Equality and hashes of bytes that are few as a rule, as levels and keys are: without the calls
// of memcmp and the standard library's hash, which take longer than the comparison.
#include <cstdint>
#include <cstring>
#include <string_view>

namespace insitu {

/// memcmp without the call for up to 16 bytes: two overlapping loads.
inline bool same_short_bytes(std::string_view a, std::string_view b) {
  const auto load = []<class T>(const char* p, T value) {
    std::memcpy(&value, p, sizeof value);
    return value;
  };
  const std::uint64_t wide = 0;
  const std::uint32_t narrow = 0;
  const auto size = a.size();
  if (size != b.size()) return false;
  const char *p = a.data(), *q = b.data();
  if (size > 16) return std::memcmp(p, q, size) == 0;
  if (size >= 8)
    return load(p, wide) == load(q, wide) && load(p + size - 8, wide) == load(q + size - 8, wide);
  if (size >= 4)
    return load(p, narrow) == load(q, narrow) &&
           load(p + size - 4, narrow) == load(q + size - 4, narrow);
  for (std::size_t i = 0; i < size; ++i)
    if (p[i] != q[i]) return false;
  return true;
}

/// Eight bytes at a time, mixed by a multiplication (the golden ratio) whose high half goes back
/// into the low one. The same within a process only.
inline std::size_t hash_of_short_bytes(std::string_view bytes) {
  std::uint64_t state = bytes.size();
  const auto mix = [&](std::uint64_t word) {
    state = (state ^ word) * 0x9e3779b97f4a7c15u;
    state ^= state >> 32;
  };
  const char* p = bytes.data();
  std::size_t left = bytes.size();
  for (; left >= 8; p += 8, left -= 8) {
    std::uint64_t word;
    std::memcpy(&word, p, 8);
    mix(word);
  }
  if (left >= 4) {
    std::uint32_t first, last;
    std::memcpy(&first, p, 4);
    std::memcpy(&last, p + left - 4, 4);
    mix(static_cast<std::uint64_t>(first) << 32 | last);
  } else if (left > 0) {
    mix(static_cast<std::uint64_t>(static_cast<unsigned char>(p[0])) << 16 |
        static_cast<std::uint64_t>(static_cast<unsigned char>(p[left / 2])) << 8 |
        static_cast<std::uint64_t>(static_cast<unsigned char>(p[left - 1])));
  }
  return state;
}

}  // namespace insitu
