#pragma once
// What is known of a source's columns before a row is read.
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "data/type.hpp"

namespace insitu {

/// The level names of a factor in order; shared by all chunks of a column.
using Levels = std::shared_ptr<const std::vector<std::string>>;

inline Levels make_levels(std::vector<std::string> names) {
  return std::make_shared<const std::vector<std::string>>(std::move(names));
}

struct Field {
  std::string name;
  Type type = Type::kFloat64;
  /// Level names; null: a factor whose levels the source does not declare (they are found by a
  /// pass, in the order of first appearance).
  Levels levels;
  /// Stored range: as declared or computed by whoever wrote the data. F() uses it. Not a bound on
  /// the values.
  std::optional<double> low, high;
  std::string description;
  /// Value labels of a coded variable: codes and labels, of equal length.
  std::vector<std::string> value_codes, value_labels;
  std::string time_zone;  ///< of a datetime; empty: UTC

  bool has_levels() const { return levels != nullptr; }
};

/// The columns in order. Names are unique. Immutable once shared.
class Schema {
 public:
  Schema() = default;
  explicit Schema(std::vector<Field> fields);  ///< Throws DataError for a name that occurs twice.

  const std::vector<Field>& fields() const { return fields_; }
  std::size_t size() const { return fields_.size(); }
  const Field& operator[](std::size_t i) const { return fields_[i]; }

  /// Position of a column, or nothing.
  std::optional<std::size_t> find(std::string_view name) const;
  /// Position of a column. Throws InvalidArgument "variable not found: ... (did you mean ...?)".
  std::size_t index(std::string_view name) const;
  const Field& field(std::string_view name) const { return fields_[index(name)]; }
  std::vector<std::string> names() const;

 private:
  std::vector<Field> fields_;
  std::unordered_map<std::string, std::size_t> positions_;
};

using SchemaPtr = std::shared_ptr<const Schema>;

}  // namespace insitu
