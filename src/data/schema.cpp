#include "data/schema.hpp"

#include "base/error.hpp"
#include "base/suggest.hpp"

namespace insitu {

Schema::Schema(std::vector<Field> fields) : fields_(std::move(fields)) {
  positions_.reserve(fields_.size());
  for (std::size_t i = 0; i < fields_.size(); ++i)
    if (!positions_.emplace(fields_[i].name, i).second)
      throw DataError("two variables have the same name: " + fields_[i].name);
}

std::optional<std::size_t> Schema::find(std::string_view name) const {
  const auto found = positions_.find(std::string(name));
  if (found == positions_.end()) return std::nullopt;
  return found->second;
}

std::size_t Schema::index(std::string_view name) const {
  if (const auto found = find(name)) return *found;
  throw InvalidArgument("variable not found: " + std::string(name) + did_you_mean(name, names()));
}

std::vector<std::string> Schema::names() const {
  std::vector<std::string> names;
  names.reserve(fields_.size());
  for (const auto& field : fields_) names.push_back(field.name);
  return names;
}

}  // namespace insitu
