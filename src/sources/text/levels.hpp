#pragma once
// Codes of a factor's levels while text is read: a table from the bytes of a field, as they stand,
// to a level. The quotes are taken off once per distinct spelling, not once per row.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/short_bytes.hpp"

namespace insitu {

/// Finds what was stored for some bytes; bytes are copied when stored.
class SpellingTable {
 public:
  SpellingTable() : slots_(64, kEmpty) {}

  /// A pointer to the value stored for `key`, or null. Valid until the next insert.
  const std::int32_t* find(std::string_view key) const {
    for (auto at = hash_of_short_bytes(key) & (slots_.size() - 1);;
         at = (at + 1) & (slots_.size() - 1)) {
      const auto slot = slots_[at];
      if (slot == kEmpty) return nullptr;
      const auto& entry = entries_[static_cast<std::size_t>(slot)];
      if (same_short_bytes({bytes_.data() + entry.begin, entry.size}, key)) return &entry.value;
    }
  }

  /// REQUIRES: not stored yet.
  void insert(std::string_view key, std::int32_t value) {
    if ((entries_.size() + 1) * 2 > slots_.size()) grow();
    place(hash_of_short_bytes(key), static_cast<std::int32_t>(entries_.size()));
    entries_.push_back({hash_of_short_bytes(key), bytes_.size(), key.size(), value});
    bytes_.append(key);
  }

 private:
  static constexpr std::int32_t kEmpty = -1;
  struct Entry {
    std::size_t hash, begin, size;
    std::int32_t value;
  };

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
