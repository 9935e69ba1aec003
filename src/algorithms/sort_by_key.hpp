#pragma once
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace insitu {

/// Sorts (key, row) by key, rows of one key in their order: least significant digits first, 11 bits
/// at a time. REQUIRES: no key above `greatest`.
template <class Key>
void sort_by_key(std::vector<std::pair<Key, std::uint32_t>>& items, Key greatest) {
  constexpr unsigned kBits = 11;
  constexpr Key kMask = (1U << kBits) - 1;
  std::vector<std::pair<Key, std::uint32_t>> other(items.size());
  for (unsigned shift = 0; shift < 8 * sizeof(Key) && (greatest >> shift) != 0; shift += kBits) {
    std::vector<std::size_t> position(kMask + 2);
    for (const auto& item : items) ++position[(item.first >> shift & kMask) + 1];
    for (std::size_t i = 1; i < position.size(); ++i) position[i] += position[i - 1];
    for (const auto& item : items) other[position[item.first >> shift & kMask]++] = item;
    items.swap(other);
  }
}

}  // namespace insitu
