#pragma once
// Moments of some terms of a model, taken from those of all: what a pass would have summed for a
// smaller model over the same rows.
#include <cstddef>
#include <vector>

#include "algorithms/model_moments.hpp"

namespace insitu {

/// The frame of some terms, in the order given, with the variables that they, the responses and the
/// weights need; as if its formula had been bound to the same data. Its text is `formula`.
ModelFrame frame_of_terms(const ModelFrame&, const std::vector<std::size_t>& terms,
                          std::string formula);

/// `moments` of a frame with shape `from`; `to` is the shape of frame_of_terms(frame, terms).
template <class Real>
ModelMoments<Real> moments_of_terms(const MomentShape& from, const ModelMoments<Real>& moments,
                                    const MomentShape& to, const std::vector<std::size_t>& terms);

}  // namespace insitu
