#include "capi/call.hpp"

#include <cmath>

#include "data/arrow.hpp"

namespace insitu {

using nlohmann::json;

json add_frame(Reply& reply, SchemaPtr schema, std::vector<Chunk> chunks) {
  auto rest = std::make_shared<std::vector<Chunk>>(std::move(chunks));
  std::size_t at = 0;
  auto next = [rest, at]() mutable -> std::optional<Chunk> {
    if (at == rest->size()) return std::nullopt;
    return std::move((*rest)[at++]);
  };
  reply.frames.emplace_back();
  export_stream(std::move(schema), std::move(next), &reply.frames.back());
  return {{"$frame", reply.frames.size() - 1}};
}

json with_arrays(const json& document, const std::vector<NumericArray>& arrays) {
  if (document.is_object() && document.contains("$array")) {
    const auto& array = arrays.at(document["$array"].get<std::size_t>());
    json values = json::array();
    for (const double value : array.values) {
      if (std::isnan(value))
        values.push_back(nullptr);
      else if (std::isinf(value))
        values.push_back(value > 0 ? "Inf" : "-Inf");
      else
        values.push_back(value);
    }
    json out = {{"shape", array.shape}, {"values", std::move(values)}};
    for (const auto* key : {"rows", "columns"})
      if (document.contains(key)) out[key] = document[key];
    return out;
  }
  json copy = document;
  if (copy.is_structured())
    for (auto& each : copy) each = with_arrays(each, arrays);
  return copy;
}

}  // namespace insitu
