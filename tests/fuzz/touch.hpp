#pragma once
// What fuzz targets do with rows that they have read.
#include "data/chunk.hpp"
#include "data/column.hpp"

namespace insitu {

/// Looks at every value, so that a wrong pointer or length shows.
inline double touch(const Chunk& chunk) {
  double sum = 0;
  for (const auto& column : chunk.columns)
    for (std::size_t i = 0; i < column.size(); ++i) {
      if (column.is_missing(i)) continue;
      if (column.type() == Type::kString) {
        for (const char c : column.string_at(i)) sum += c;
      } else if (is_factor(column.type())) {
        sum += static_cast<double>(
            column.levels()->at(static_cast<std::size_t>(column.number_at(i))).size());
      } else {
        sum += column.number_at(i);
      }
    }
  return sum;
}

}  // namespace insitu
