#pragma once
// Conditions of a NEXT frame (docs/worker.md).
#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "data/condition.hpp"

namespace insitu {

/// [[column, number of Condition::Is, [numbers]], ...], without those that JSON cannot say exactly:
/// they are advice.
nlohmann::json conditions_to_json(const std::vector<Condition>&);
/// Throws DataError for anything else.
std::vector<Condition> conditions_from_json(const nlohmann::json&);

}  // namespace insitu
