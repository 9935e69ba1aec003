#include "contexts/provenance_json.hpp"

#include <nlohmann/json.hpp>

#include "base/base64.hpp"
#include "base/error.hpp"

namespace insitu {

using nlohmann::json;

json provenance_to_json(const Provenance& from) {
  json document = {{"split", from.split},
                   {"chunk", from.chunk_in_split},
                   {"firstRow", from.first_row},
                   {"sourceRows", from.source_rows}};
  if (!from.kept) return document;
  std::string bits(static_cast<std::size_t>(from.source_rows + 7) / 8, '\0');
  for (const auto row : *from.kept)
    if (row / 8 < bits.size())
      bits[row / 8] = static_cast<char>(static_cast<unsigned char>(bits[row / 8]) | 1u << row % 8);
  document["kept"] = to_base64(bits);
  return document;
}

Provenance provenance_from_json(const json& document, std::size_t rows) {
  Provenance from{
      document.at("split").get<std::uint64_t>(), document.value("chunk", std::uint64_t{0}),
      document.value("firstRow", std::int64_t{-1}), document.value("sourceRows", std::int64_t{0})};
  const auto found = document.find("kept");
  if (found == document.end()) return from;
  const auto bits = from_base64(found->get<std::string>());
  std::vector<std::uint32_t> kept;
  kept.reserve(rows);
  for (std::size_t row = 0; row < bits.size() * 8; ++row)
    if (static_cast<unsigned char>(bits[row / 8]) >> row % 8 & 1u)
      kept.push_back(static_cast<std::uint32_t>(row));
  if (kept.size() != rows || (!kept.empty() && kept.back() >= from.source_rows))
    throw DataError("rows came with places that do not fit them");
  from.kept = std::make_shared<const std::vector<std::uint32_t>>(std::move(kept));
  return from;
}

}  // namespace insitu
