#pragma once
// Moments taken over to another shape: fewer terms, another order of terms, of variables in a term
// or of levels.
#include <cstdint>
#include <vector>

#include "algorithms/model_moments.hpp"

namespace insitu {

/// How the columns of a shape come from those of another.
struct MomentsMap {
  std::vector<std::size_t> dense;   ///< of each dense column: its place there
  std::vector<std::size_t> blocks;  ///< of each block: its place there
  /// For each block: where each cell there is here; empty: at the same place.
  std::vector<std::vector<std::int32_t>> cells;
};

/// REQUIRES: moments.check(from), and a map from `from` to `to`.
template <class Real>
ModelMoments<Real> mapped(const ModelMoments<Real>&, const MomentShape& from, const MomentShape& to,
                          const MomentsMap&);

}  // namespace insitu
