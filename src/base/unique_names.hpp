#pragma once
// Names for the columns of files that repeat them or have none.
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/current_call.hpp"

namespace insitu {

/// Empty names become V1, V2, ... by their position; repeated ones get .1, .2, ... The first keeps
/// its own.
inline std::vector<std::string> unique_names(std::vector<std::string> names) {
  std::unordered_set<std::string> taken;
  std::unordered_map<std::string, int> last;  // so that many equal names stay linear
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i % 4096 == 0) poll_current_call();
    auto& name = names[i];
    if (name.empty()) name = "V" + std::to_string(i + 1);
    if (taken.insert(name).second) continue;
    const auto base = name;
    auto& k = last[base];
    do name = base + "." + std::to_string(++k);
    while (!taken.insert(name).second);
  }
  return names;
}

}  // namespace insitu
