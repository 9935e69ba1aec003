#include "contexts/split_json.hpp"

#include <nlohmann/json.hpp>

#include "base/error.hpp"

namespace insitu {

using nlohmann::json;

json split_to_json(const Split& split) { return {split.index, split.begin, split.end, split.rows}; }

json splits_to_json(const std::vector<Split>& splits) {
  auto list = json::array();
  for (const auto& split : splits) list.push_back(split_to_json(split));
  return list;
}

std::vector<Split> splits_from_json(const json& list) {
  std::vector<Split> splits;
  for (const auto& one : list) {
    if (!one.is_array() || one.size() != 4)
      throw DataError("a split must be [index, begin, end, rows]");
    splits.push_back({one[0].get<std::uint64_t>(), one[1].get<std::uint64_t>(),
                      one[2].get<std::uint64_t>(), one[3].get<std::int64_t>()});
  }
  for (std::size_t i = 1; i < splits.size(); ++i)
    if (splits[i].index <= splits[i - 1].index)
      throw DataError("the splits of a task are not in order");
  return splits;
}

}  // namespace insitu
