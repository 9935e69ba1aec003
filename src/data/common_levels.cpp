#include "data/common_levels.hpp"

#include <string>
#include <unordered_map>
#include <utility>

#include "base/error.hpp"

namespace insitu {

namespace {

bool same_levels(const Levels& a, const Levels& b) { return a == b || (a && b && *a == *b); }

}  // namespace

std::vector<Column> with_common_levels(std::vector<Column> parts) {
  bool same = true;
  for (const auto& part : parts) same = same && same_levels(part.levels(), parts[0].levels());
  if (same) {
    for (auto& part : parts) part = part.with_levels(parts[0].levels());
    return parts;
  }
  std::vector<std::string> names;
  std::unordered_map<std::string, std::int32_t> places;
  std::vector<std::vector<std::int32_t>> recoded;
  for (const auto& part : parts) {
    std::vector<std::int32_t> to;
    if (part.levels())
      for (const auto& name : *part.levels()) {
        const auto [place, is_new] = places.emplace(name, static_cast<std::int32_t>(names.size()));
        if (is_new) names.push_back(name);
        to.push_back(place->second);
      }
    auto& codes = recoded.emplace_back();
    for (const auto code : part.values<std::int32_t>()) {
      if (code >= static_cast<std::int64_t>(to.size()))
        throw DataError("a factor code has no level");
      codes.push_back(code < 0 ? kMissingCode : to[static_cast<std::size_t>(code)]);
    }
  }
  const auto levels = make_levels(std::move(names));
  for (std::size_t i = 0; i < parts.size(); ++i)
    parts[i] = Column::own(parts[i].type(), std::move(recoded[i]), levels);
  return parts;
}

}  // namespace insitu
