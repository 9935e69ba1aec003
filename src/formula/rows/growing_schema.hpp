#pragma once
// Columns on their way through many transforms: each step adds, replaces or removes one, at a cost
// that does not grow with their number. Private to src/formula.
#include <cstddef>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "data/schema.hpp"

namespace insitu {

class GrowingSchema {
 public:
  explicit GrowingSchema(const Schema&);

  /// Replaces the column of that name or adds one at the end; its place among all that ever were.
  std::size_t set(const Field&);
  void remove(const std::string& name);
  /// Where the column is; nothing when there is none.
  std::optional<std::size_t> find(const std::string& name) const;
  const Field& operator[](std::size_t place) const { return fields_[place]; }

  /// The columns among these names.
  SchemaPtr of(const std::vector<std::string>& names) const;
  /// All columns in order.
  SchemaPtr whole() const;

 private:
  std::vector<Field> fields_;  // removed ones stay, so that places stand
  std::vector<bool> present_;
  std::unordered_map<std::string, std::size_t> places_;
};

}  // namespace insitu
