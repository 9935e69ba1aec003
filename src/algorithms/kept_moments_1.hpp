#pragma once
// Kept moments of format 1, which told means in place of their distances from the origins.
#include <string_view>

#include "algorithms/kept_moments.hpp"

namespace insitu {

/// The content of a sealed file of format 1 as this version has it; nothing is checked but that the
/// bytes are long enough. Means tell no more digits than they had.
KeptMoments kept_moments_of_format_1(std::string_view content);

}  // namespace insitu
