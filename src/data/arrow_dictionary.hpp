#pragma once
// Dictionary-encoded Arrow columns as factors.
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "data/arrow_columns.hpp"

namespace insitu {

/// The values of a dictionary as level names, and what each of its positions becomes: doubled names
/// fall together, a missing entry is a missing value.
struct Dictionary {
  std::vector<std::string> names;
  std::vector<std::int32_t> codes;

  /// Throws DataError: damaged, or too long.
  Dictionary(const ArrowArray&, const ArrowSchema&, const std::string& column);
};

/// `codes` of the dictionary expressed as positions in `levels`. Throws DataError for a name that
/// is no level.
std::vector<std::int32_t> in_terms_of(const std::vector<std::string>& levels, const Dictionary&,
                                      const std::string& column);

/// A factor of the indices in the view, each replaced by what `codes` says.
Column factor_column(const ArrayView&, Storage, Type, const std::vector<std::int32_t>& codes,
                     const Levels& levels, const std::shared_ptr<const void>& owner);

}  // namespace insitu
