#include "sql/rows_as_texts.hpp"

#include "base/number_text.hpp"

namespace insitu {

namespace {

std::optional<std::string> text_of(const Column& column, std::size_t row) {
  if (column.is_missing(row)) return std::nullopt;
  if (column.type() == Type::kString) return std::string(column.string_at(row));
  if (column.type() == Type::kInt64) return std::to_string(column.values<std::int64_t>()[row]);
  return shortest_text(column.number_at(row));
}

}  // namespace

std::vector<RowOfTexts> rows_as_texts(SqlConnection& connection, const SqlStatement& statement,
                                      RunControl& control) {
  std::vector<RowOfTexts> all;
  connection.query(
      statement,
      [&](const Chunk& chunk) {
        for (std::size_t i = 0; i < chunk.rows; ++i) {
          auto& row = all.emplace_back();
          for (const auto& column : chunk.columns) row.push_back(text_of(column, i));
        }
      },
      control);
  return all;
}

}  // namespace insitu
