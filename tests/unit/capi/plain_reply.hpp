#pragma once
// Replies of methods as tests look at them: arrays are lists, a table is an object with a list for
// each column (labels for factors).
#include <cmath>
#include <nlohmann/json.hpp>
#include <vector>

#include "methods/values.hpp"

namespace insitu {

inline nlohmann::json plain_reply(const nlohmann::json& value,
                                  const std::vector<NumericArray>& arrays) {
  using nlohmann::json;
  if (value.is_object() && value.contains("$array")) {
    json list = json::array();
    for (const double each : arrays.at(value["$array"].get<std::size_t>()).values) {
      if (std::isnan(each))
        list.push_back(nullptr);
      else if (std::isinf(each))
        list.push_back(each > 0 ? "Inf" : "-Inf");
      else
        list.push_back(each);
    }
    return list;
  }
  if (value.is_object() && value.contains("$table")) {
    json table = json::object();
    for (const auto& column : value["$table"]) {
      auto& values = table[column["name"].get<std::string>()] = json::array();
      if (column.contains("levels"))
        for (const auto& code : plain_reply(column["codes"], arrays))
          values.push_back(column["levels"][code.get<std::size_t>()]);
      else
        values = plain_reply(column["values"], arrays);
    }
    return table;
  }
  json copy = value;
  if (copy.is_structured())
    for (auto& each : copy) each = plain_reply(each, arrays);
  return copy;
}

}  // namespace insitu
