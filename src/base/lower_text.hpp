#pragma once
#include <string>

#include "base/number_text.hpp"

namespace insitu {

/// ASCII letters small, whatever the locale; other bytes as they are.
inline std::string lower_text(std::string text) {
  for (auto& c : text) c = ascii_lower(c);
  return text;
}

}  // namespace insitu
