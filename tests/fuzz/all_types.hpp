#pragma once
// Rows of every type, for seeds.
#include <string>
#include <utility>
#include <vector>

#include "data/chunk.hpp"
#include "data/column.hpp"
#include "data/schema.hpp"

namespace insitu {

inline SchemaPtr schema_of_all_types() {
  std::vector<Field> fields;
  for (int t = 0; t < kTypeCount; ++t) {
    Field field{.name = std::string(type_name(static_cast<Type>(t))), .type = static_cast<Type>(t)};
    if (field.type == Type::kFactor) field.levels = make_levels({"a", "b", "c"});
    fields.push_back(std::move(field));
  }
  return std::make_shared<const Schema>(std::move(fields));
}

inline Chunk rows_of(const SchemaPtr& schema, std::size_t rows) {
  Chunk chunk{schema, {}, rows, {}};
  for (const auto& field : schema->fields()) {
    if (field.type == Type::kString) {
      StringBuilder builder;
      for (std::size_t i = 0; i < rows; ++i)
        i % 5 == 3 ? builder.append_missing() : builder.append("text" + std::to_string(i));
      chunk.columns.push_back(builder.finish());
      continue;
    }
    chunk.columns.push_back(dispatch(field.type, [&]<class T>(T*) {
      std::vector<T> values(rows);
      for (std::size_t i = 0; i < rows; ++i)
        values[i] = static_cast<T>(field.type == Type::kLogical ? i % 2 : i % 3);
      const auto levels = field.levels            ? field.levels
                          : is_factor(field.type) ? make_levels({"x", "", "z"})
                                                  : nullptr;
      return Column::own(field.type, std::move(values), levels);
    }));
  }
  return chunk;
}

}  // namespace insitu
