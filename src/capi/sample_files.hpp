#pragma once
// What the files of sample data hold: names, types and descriptions of their columns, and a value
// for each row, made of the name and the row's number alone.
#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "data/type.hpp"

namespace insitu {

/// The value of a row (the code of a factor, from 0); NaN: missing.
using SampleValue = std::function<double(std::int64_t row)>;

struct SampleColumn {
  std::string name;
  Type type;
  SampleValue value;
  std::vector<std::string> levels;
  std::string description;
};

struct SampleFile {
  std::string name;
  std::int64_t rows;
  std::vector<SampleColumn> columns;
  std::int64_t rows_per_block = 500000;
  nlohmann::json options =
      nlohmann::json::object();  ///< of the text: missingValueString, delimiter
};

std::vector<SampleFile> sample_files();

}  // namespace insitu
