#include "report/named_numbers.hpp"

#include <algorithm>

#include "report/format_number.hpp"
#include "report/text_table.hpp"

namespace insitu {

std::string named_numbers(const std::vector<std::string>& names, const std::vector<double>& numbers,
                          int digits, int width) {
  const auto cells = format_column(numbers, digits);
  int widest = 1;
  for (const auto* texts : {&names, &cells})
    for (const auto& text : *texts) widest = std::max(widest, display_width(text));
  const auto across = static_cast<std::size_t>(std::max(1, width / (widest + 1)));
  std::string out;
  for (std::size_t begin = 0; begin < cells.size(); begin += across) {
    const auto end = std::min(begin + across, cells.size());
    for (const auto* texts : {&names, &cells}) {
      if (texts->size() < cells.size()) continue;
      for (std::size_t i = begin; i < end; ++i) {
        const auto blanks = static_cast<std::size_t>(widest - display_width((*texts)[i]));
        out += std::string(blanks, ' ') + (*texts)[i] + " ";
      }
      out += "\n";
    }
  }
  return out;
}

}  // namespace insitu
