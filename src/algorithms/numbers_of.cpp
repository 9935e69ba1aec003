#include "algorithms/numbers_of.hpp"

#include "base/error.hpp"

namespace insitu {

std::vector<double> numbers_of(const Chunk& chunk, const std::string& name) {
  const auto& column = chunk.column(name);
  if (column.type() == Type::kString)
    throw DataError("the column '" + name + "' is character: it must hold numbers");
  std::vector<double> numbers(column.size());
  column.numbers(numbers.data());
  return numbers;
}

void leave_out(std::vector<double>& values, const std::vector<bool>& out) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < values.size(); ++i)
    if (!out[i]) values[kept++] = values[i];
  values.resize(kept);
}

}  // namespace insitu
