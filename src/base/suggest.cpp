#include "base/suggest.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "base/number_text.hpp"

namespace insitu {

namespace {

/// Edit distance times two: a change of case costs 1, anything else (swap of neighbours
/// included) 2.
int distance(std::string_view a, std::string_view b) {
  const auto lower = ascii_lower;
  std::vector<int> before(b.size() + 1), last(b.size() + 1), now(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = static_cast<int>(2 * j);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    now[0] = static_cast<int>(2 * i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const int change = a[i - 1] == b[j - 1] ? 0 : lower(a[i - 1]) == lower(b[j - 1]) ? 1 : 2;
      now[j] = std::min({last[j] + 2, now[j - 1] + 2, last[j - 1] + change});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        now[j] = std::min(now[j], before[j - 2] + 2);
    }
    std::swap(before, last);
    std::swap(last, now);
  }
  return last[b.size()];
}

}  // namespace

std::string nearest_name(std::string_view name, std::span<const std::string> candidates) {
  // Longer inputs are surely not a slip of the finger, and the distance is quadratic.
  if (name.empty() || name.size() > 200) return {};
  // A name of one letter is near to any other; only its case may be a slip.
  const int limit = name.size() < 2 ? 1 : std::max<int>(2, static_cast<int>(2 * name.size() / 3));
  int best = limit + 1;
  std::string found;
  for (const auto& candidate : candidates) {
    if (candidate.size() > 2 * name.size() + 3) continue;
    const int d = distance(name, candidate);
    if (d < best) best = d, found = candidate;
  }
  return found;
}

std::string did_you_mean(std::string_view name, std::span<const std::string> candidates) {
  const auto found = nearest_name(name, candidates);
  return found.empty() ? std::string() : " (did you mean " + found + "?)";
}

}  // namespace insitu
