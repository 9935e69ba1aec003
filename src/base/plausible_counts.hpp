#pragma once
// Counts of rows in states that come from outside.
#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <ranges>

namespace insitu {

/// Whether all are counts that rows can have: none is negative, and sums of a thousand of them are
/// numbers.
template <std::ranges::input_range Counts>
bool plausible_counts(const Counts& counts) {
  constexpr std::int64_t kMost = std::int64_t{1} << 53;
  return std::ranges::all_of(counts, [](std::int64_t n) { return n >= 0 && n <= kMost; });
}
inline bool plausible_counts(std::initializer_list<std::int64_t> counts) {
  return plausible_counts(std::ranges::subrange(counts.begin(), counts.end()));
}

}  // namespace insitu
