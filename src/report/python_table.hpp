#pragma once
// Tables as a pandas DataFrame prints them: an index, right-aligned columns two blanks apart,
// floats with as many decimals as six allow, wrapped at 80 characters.
#include <span>
#include <string>
#include <vector>

namespace insitu {

struct PythonColumn {
  std::string name;
  std::vector<std::string> cells;
};

/// Six decimals without common trailing zeros, at least one; scientific where six decimals show
/// nothing of a value.
std::vector<std::string> python_floats(std::span<const double> values);

/// `index_name` set: a second header line holds it. Lines end with "\n".
std::string python_table(const std::vector<std::string>& index,
                         const std::vector<PythonColumn>& columns,
                         const std::string& index_name = "", int line_width = 80);

}  // namespace insitu
