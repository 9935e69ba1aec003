#include "report/data_table.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "report/document.hpp"
#include "report/format_number.hpp"
#include "report/text_table.hpp"

namespace insitu {

using nlohmann::json;

std::string data_table(const json& table, bool row_names, bool right, int digits, int width) {
  std::vector<TableColumn> columns;
  for (const auto& column : member(table, "columns")) {
    TableColumn text{column.value("name", std::string()), {}, !right};
    const auto kind = column.value("kind", std::string("number"));
    const auto& values = member(column, "values");
    if (kind == "number") {
      text.cells = format_column(numbers_in(values), digits);
    } else {
      for (const auto& value : values) {
        if (kind == "integer")
          text.cells.push_back(value.is_number_integer() ? value.dump()
                                                         : format_integer(number_in(value)));
        else
          text.cells.push_back(value.is_null()     ? "<NA>"
                               : value.is_string() ? value.get<std::string>()
                                                   : value.dump());
      }
      if (kind == "integer") {
        int widest = 0;
        for (const auto& cell : text.cells) widest = std::max(widest, display_width(cell));
        for (auto& cell : text.cells)
          cell.insert(0, static_cast<std::size_t>(widest) - cell.size(), ' ');
      }
    }
    columns.push_back(std::move(text));
  }
  return print_table(row_names ? texts_in(member(table, "rowNames")) : std::vector<std::string>(),
                     columns, width);
}

std::string data_table(const std::vector<DocumentColumn>& columns, int digits, int width) {
  std::vector<TableColumn> cells;
  for (const auto& column : columns)
    cells.push_back(
        {column.name, column.numeric ? format_column(column.numbers, digits) : column.texts, true});
  return print_table({}, cells, width);
}

}  // namespace insitu
