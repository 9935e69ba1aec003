#pragma once
#include <span>

namespace insitu {

/// Whether one of the values is NaN, as numbers that are missing are.
bool any_nan(std::span<const double> values);

}  // namespace insitu
