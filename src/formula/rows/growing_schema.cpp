#include "formula/rows/growing_schema.hpp"

namespace insitu {

GrowingSchema::GrowingSchema(const Schema& schema) {
  for (const auto& field : schema.fields()) set(field);
}

std::size_t GrowingSchema::set(const Field& field) {
  const auto [entry, is_new] = places_.try_emplace(field.name, fields_.size());
  if (is_new) {
    fields_.push_back(field);
    present_.push_back(true);
  } else {
    fields_[entry->second] = field;
  }
  return entry->second;
}

void GrowingSchema::remove(const std::string& name) {
  const auto found = places_.find(name);
  if (found == places_.end()) return;
  present_[found->second] = false;
  places_.erase(found);
}

std::optional<std::size_t> GrowingSchema::find(const std::string& name) const {
  const auto found = places_.find(name);
  return found == places_.end() ? std::nullopt : std::optional(found->second);
}

SchemaPtr GrowingSchema::of(const std::vector<std::string>& names) const {
  std::vector<Field> fields;
  for (const auto& name : names)
    if (const auto place = find(name)) fields.push_back(fields_[*place]);
  return std::make_shared<const Schema>(std::move(fields));
}

SchemaPtr GrowingSchema::whole() const {
  std::vector<Field> fields;
  for (std::size_t i = 0; i < fields_.size(); ++i)
    if (present_[i]) fields.push_back(fields_[i]);
  return std::make_shared<const Schema>(std::move(fields));
}

}  // namespace insitu
