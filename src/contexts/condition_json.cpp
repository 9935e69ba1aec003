#include "contexts/condition_json.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/error.hpp"

namespace insitu {

using nlohmann::json;

json conditions_to_json(const std::vector<Condition>& conditions) {
  auto list = json::array();
  for (const auto& each : conditions)
    if (std::ranges::all_of(each.numbers, [](double number) { return std::isfinite(number); }))
      list.push_back({each.column, static_cast<int>(each.is), each.numbers});
  return list;
}

std::vector<Condition> conditions_from_json(const json& list) {
  std::vector<Condition> conditions;
  for (const auto& one : list) {
    if (!one.is_array() || one.size() != 3 || !one[1].is_number_unsigned() ||
        one[1].get<std::uint64_t>() > static_cast<std::uint64_t>(Condition::Is::kPresent))
      throw DataError("a condition must be [column, kind, numbers]");
    conditions.push_back({one[0].get<std::string>(),
                          static_cast<Condition::Is>(one[1].get<std::uint8_t>()),
                          one[2].get<std::vector<double>>()});
  }
  return conditions;
}

}  // namespace insitu
