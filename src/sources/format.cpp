#include "sources/format.hpp"

#include <algorithm>

namespace insitu {

bool Format::has_key(std::string_view name) const {
  return std::ranges::any_of(keys, [&](const DescriptorKey& key) { return key.name == name; });
}

}  // namespace insitu
