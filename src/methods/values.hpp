#pragma once
// What results are made of beside numbers and texts: arrays that know their labels, ordered tables,
// and lists of levels.
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace insitu {

/// A numeric result too large or too exact for text; in the reply's document it appears as
/// {"$array": position}.
struct NumericArray {
  std::vector<std::size_t> shape;  ///< one or two extents; column-major
  std::vector<double> values;      ///< NaN: missing
};

/// A table whose columns keep their order. All columns have as many rows.
struct ResultTable {
  struct Column {
    enum class Kind { kText, kNumber, kFactor };

    std::string name;
    Kind kind = Kind::kText;
    std::vector<std::string> texts;  ///< kText: a value a row; kFactor: the levels
    std::vector<double> numbers;     ///< kNumber: a value a row; kFactor: codes, from 0
    std::string label = {};          ///< as the formula writes it, where that is not the name
  };
  std::vector<Column> columns;

  void add_texts(std::string name, std::vector<std::string> values) {
    columns.push_back({std::move(name), Column::Kind::kText, std::move(values), {}});
  }
  void add_numbers(std::string name, std::vector<double> values) {
    columns.push_back({std::move(name), Column::Kind::kNumber, {}, std::move(values)});
  }
  void add_factor(std::string name, std::vector<std::string> levels, std::vector<double> codes,
                  std::string label = "") {
    columns.push_back({std::move(name), Column::Kind::kFactor, std::move(levels), std::move(codes),
                       std::move(label)});
  }
};

/// Levels by the name of their variable, in the order of the variables.
using NamedLevels = std::vector<std::pair<std::string, std::vector<std::string>>>;

}  // namespace insitu
