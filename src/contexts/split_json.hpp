#pragma once
// Splits in frames: [index, begin, end, rows] (docs/worker.md).
#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "data/source.hpp"

namespace insitu {

nlohmann::json split_to_json(const Split&);
nlohmann::json splits_to_json(const std::vector<Split>&);
/// Throws DataError for anything else, and for splits that are not in order.
std::vector<Split> splits_from_json(const nlohmann::json& list);

}  // namespace insitu
