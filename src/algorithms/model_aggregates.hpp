#pragma once
// The moments of a model from what a server sums.
#include "algorithms/model_moments.hpp"
#include "analysis/aggregates.hpp"

namespace insitu {

/// One statement where the cells of all factors together are few, else one for each term with
/// factors and each pair of them. Throws Unsupported for values that are not finite.
ModelMoments<double> aggregated_moments(const ModelFrame&, const MomentShape&,
                                        const AskAggregates&);

}  // namespace insitu
