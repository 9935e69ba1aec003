#pragma once
// A column as another type, value by value and without loss: a value that the wanted type cannot
// hold is an error that names it, never silently missing or rounded. (float32 alone rounds, as it
// is asked to.)
#include <optional>
#include <string>

#include "data/column.hpp"

namespace insitu {

/// Why values of `from` can never be read as `to`, or nothing.
std::optional<std::string> no_conversion(Type from, Type to);

/// `column` as `to`. Missing values stay missing. A text as a factor, and a number or logical as
/// one, gives the levels of these rows in the order of their first appearance. `variable` and
/// `first_row` (from 0; -1: not known) are for messages. Throws DataError.
Column converted(const Column& column, Type to, const std::string& variable,
                 std::int64_t first_row);

}  // namespace insitu
