#pragma once
// "did you mean": the nearest of the known names, for errors about unknown ones.
#include <span>
#include <string>
#include <string_view>

namespace insitu {

/// The candidate nearest to `name` by edit distance (case counts half), or "" when none is near.
std::string nearest_name(std::string_view name, std::span<const std::string> candidates);

/// " (did you mean X?)", or "" when nothing is near; to be appended to an error's text.
std::string did_you_mean(std::string_view name, std::span<const std::string> candidates);

}  // namespace insitu
