#pragma once
// Which splits one worker gets at a time.
#include <cstddef>
#include <vector>

#include "data/source.hpp"

namespace insitu {

/// Runs of neighbouring splits, a few for each of `workers`, so that a slow one does not hold up
/// the rest. Their length is a power of two, at such positions: each comes back as one node of the
/// merge tree.
std::vector<std::vector<Split>> split_runs(const std::vector<Split>& splits, std::size_t workers);

/// The same of at most `most` runs where splits lie side by side, for workers that take long to
/// start.
std::vector<std::vector<Split>> few_split_runs(const std::vector<Split>& splits, std::size_t most);

}  // namespace insitu
