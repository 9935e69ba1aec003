#include "data/source.hpp"

namespace insitu {

SchemaPtr select_columns(const Schema& schema, const std::vector<std::string>& names) {
  std::vector<Field> fields;
  fields.reserve(names.size());
  for (const auto& name : names) fields.push_back(schema.field(name));
  return std::make_shared<const Schema>(std::move(fields));
}

}  // namespace insitu
