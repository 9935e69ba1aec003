#pragma once
// The columns of a model's design matrix, in the order of the coefficients, and the order in which
// elimination takes them: what decides which columns are dropped when they are not all independent.
#include <cstdint>
#include <vector>

#include "algorithms/model_moments.hpp"
#include "formula/model/model_frame.hpp"

namespace insitu {

/// How factors are coded: which level is left out, which terms give way.
struct Coding {
  bool cube = false;        ///< the first term keeps all its cells, no intercept
  bool drop_first = false;  ///< the reference is the first level of each factor, not the last
  bool drop_main =
      true;  ///< terms are taken as written; else terms of fewer variables before those of more
  static constexpr auto fields = std::tuple{&Coding::cube, &Coding::drop_first, &Coding::drop_main};
};

struct DesignColumn {
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  std::size_t term = kNone;  ///< kNone: the intercept
  std::uint32_t cell = 0;
  std::size_t dense = kNone;  ///< position among the dense columns of the moments, or
  std::size_t block = kNone;  ///< block of the moments
  bool redundant =
      false;  ///< by the formula alone a combination of the columns before it (reference levels)
};

struct Design {
  std::vector<DesignColumn> columns;  ///< of the coefficients
  std::vector<std::size_t>
      order;  ///< positions of columns, as elimination takes them; the intercept first
  bool intercept = true;
  /// The columns of the first term taken add up to the constant: a categorical term and no
  /// intercept.
  bool spans_constant = false;

  Design(const ModelFrame&, const MomentShape&, const Coding&);
};

/// Whether a categorical variable has no rows in its last level.
template <class Real>
bool last_level_empty(const ModelFrame&, const MomentShape&, const ModelMoments<Real>&);

}  // namespace insitu
