#pragma once
// Numbers with names as R prints a named vector.
#include <string>
#include <vector>

namespace insitu {

/// A line of names and one of numbers, columns of equal width; more of them where a line would pass
/// `width`. Without names the numbers alone.
std::string named_numbers(const std::vector<std::string>& names, const std::vector<double>& numbers,
                          int digits, int width);

}  // namespace insitu
