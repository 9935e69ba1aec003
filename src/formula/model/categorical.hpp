#pragma once
#include "data/type.hpp"

namespace insitu {

/// Whether variables of the type have levels in a model.
inline bool is_categorical(Type type) { return is_factor(type) || type == Type::kString; }

/// A term has at most so many combinations of levels.
inline constexpr double kMostCells = 100e6;

}  // namespace insitu
