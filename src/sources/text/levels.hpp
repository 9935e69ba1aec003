#pragma once
// Codes of a factor's levels while text is read: a table from the bytes of a field, as they stand,
// to a level. The quotes are taken off once per distinct spelling, not once per row.
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace insitu {

/// Finds what was stored for some bytes; bytes are copied when stored.
class SpellingTable {
 public:
  SpellingTable() : slots_(64, kEmpty) {}

  /// A pointer to the value stored for `key`, or null. Valid until the next insert.
  const std::int32_t* find(std::string_view key) const {
    for (auto at = hash(key) & (slots_.size() - 1);; at = (at + 1) & (slots_.size() - 1)) {
      const auto slot = slots_[at];
      if (slot == kEmpty) return nullptr;
      const auto& entry = entries_[static_cast<std::size_t>(slot)];
      if (entry.size == key.size() && same(bytes_.data() + entry.begin, key.data(), key.size()))
        return &entry.value;
    }
  }

  /// REQUIRES: not stored yet.
  void insert(std::string_view key, std::int32_t value) {
    if ((entries_.size() + 1) * 2 > slots_.size()) grow();
    place(hash(key), static_cast<std::int32_t>(entries_.size()));
    entries_.push_back({hash(key), bytes_.size(), key.size(), value});
    bytes_.append(key);
  }

 private:
  static constexpr std::int32_t kEmpty = -1;
  struct Entry {
    std::size_t hash, begin, size;
    std::int32_t value;
  };

  /// memcmp without the call for the usual short levels: two overlapping loads.
  static bool same(const char* a, const char* b, std::size_t size) {
    const auto load = []<class T>(const char* p, T value) {
      std::memcpy(&value, p, sizeof value);
      return value;
    };
    const std::uint64_t wide = 0;
    const std::uint32_t narrow = 0;
    if (size > 16) return std::memcmp(a, b, size) == 0;
    if (size >= 8)
      return load(a, wide) == load(b, wide) && load(a + size - 8, wide) == load(b + size - 8, wide);
    if (size >= 4)
      return load(a, narrow) == load(b, narrow) &&
             load(a + size - 4, narrow) == load(b + size - 4, narrow);
    for (std::size_t i = 0; i < size; ++i)
      if (a[i] != b[i]) return false;
    return true;
  }

  static std::size_t hash(std::string_view key) {
    // Eight bytes at a time, mixed by a multiplication (the golden ratio) whose high half goes back
    // into the low one.
    std::uint64_t state = key.size();
    const auto mix = [&](std::uint64_t word) {
      state = (state ^ word) * 0x9e3779b97f4a7c15u;
      state ^= state >> 32;
    };
    const char* p = key.data();
    std::size_t left = key.size();
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
  void place(std::size_t hashed, std::int32_t entry) {
    auto at = hashed & (slots_.size() - 1);
    while (slots_[at] != kEmpty) at = (at + 1) & (slots_.size() - 1);
    slots_[at] = entry;
  }
  void grow() {
    slots_.assign(slots_.size() * 2, kEmpty);
    for (std::size_t i = 0; i < entries_.size(); ++i)
      place(entries_[i].hash, static_cast<std::int32_t>(i));
  }

  std::vector<std::int32_t> slots_;
  std::vector<Entry> entries_;
  std::string bytes_;
};

}  // namespace insitu
