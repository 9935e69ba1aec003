#include "data/no_rows.hpp"

namespace insitu {

Chunk no_rows(const SchemaPtr& schema) {
  Chunk chunk{schema, {}, 0, {}};
  for (const auto& field : schema->fields()) {
    if (field.type == Type::kString)
      chunk.columns.push_back(StringBuilder().finish());
    else
      chunk.columns.emplace_back(field.type, 0, nullptr, nullptr, field.levels);
  }
  return chunk;
}

}  // namespace insitu
