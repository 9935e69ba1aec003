#include "formula/rows/row_selection.hpp"

#include <string>

#include "base/error.hpp"
#include "base/named.hpp"
#include "data/common_levels.hpp"

namespace insitu {

namespace {

std::optional<std::vector<std::uint32_t>> kept_rows(const std::vector<std::uint8_t>& keep) {
  std::vector<std::uint32_t> rows;
  for (std::size_t i = 0; i < keep.size(); ++i)
    if (keep[i]) rows.push_back(static_cast<std::uint32_t>(i));
  if (rows.size() == keep.size()) return std::nullopt;
  return rows;
}

}  // namespace

std::optional<std::vector<std::uint32_t>> true_rows(const Column& column, std::string_view what) {
  if (column.type() == Type::kString || is_factor(column.type()))
    throw InvalidArgument(named(what) + " must be `TRUE` or `FALSE` for each row, not "_named +
                          std::string(type_name(column.type())));
  std::vector<std::uint8_t> keep(column.size());
  if (column.type() == Type::kLogical) {
    const auto values = column.values<std::uint8_t>();
    for (std::size_t i = 0; i < keep.size(); ++i) keep[i] = values[i] == 1;
  } else {
    for (std::size_t i = 0; i < keep.size(); ++i) {
      const double value = column.number_at(i);
      keep[i] = value == value && value != 0;
    }
  }
  return kept_rows(keep);
}

std::optional<std::vector<std::uint32_t>> complete_rows(const Chunk& chunk,
                                                        std::span<const std::size_t> columns) {
  std::vector<std::uint8_t> keep(chunk.rows, 1);
  for (const auto place : columns) {
    const auto& column = chunk.columns[place];
    if (column.type() == Type::kString) {
      if (!column.all_strings_valid())
        for (std::size_t i = 0; i < keep.size(); ++i) keep[i] &= column.string_valid(i);
    } else if (is_factor(column.type())) {
      const auto codes = column.values<std::int32_t>();
      for (std::size_t i = 0; i < keep.size(); ++i) keep[i] &= codes[i] >= 0;
    } else {
      dispatch(column.type(), [&]<class T>(T*) {
        const auto values = column.values<T>();
        for (std::size_t i = 0; i < keep.size(); ++i) keep[i] &= !is_missing_value(values[i]);
      });
    }
  }
  return kept_rows(keep);
}

Chunk with_levels_of_rows(Chunk chunk) {
  for (std::size_t i = 0; i < chunk.columns.size(); ++i) {
    const auto& field = (*chunk.schema)[i];
    auto& column = chunk.columns[i];
    if (!is_factor(field.type) || field.levels || !column.levels()) continue;
    const auto codes = column.values<std::int32_t>();
    std::vector<std::int32_t> to(column.levels()->size(), kMissingCode), out(codes.size());
    std::vector<std::string> names;
    for (std::size_t row = 0; row < codes.size(); ++row) {
      if (codes[row] < 0) {
        out[row] = kMissingCode;
        continue;
      }
      auto& code = to.at(static_cast<std::size_t>(codes[row]));
      if (code < 0) {
        code = static_cast<std::int32_t>(names.size());
        names.push_back((*column.levels())[static_cast<std::size_t>(codes[row])]);
      }
      out[row] = code;
    }
    column = Column::own(field.type, std::move(out), make_levels(std::move(names)));
  }
  return chunk;
}

Chunk join_chunks(std::span<const Chunk> parts) {
  Chunk joined = parts[0];
  if (parts.size() == 1) return joined;
  joined.rows = 0, joined.from.source_rows = 0;
  for (const auto& part : parts)
    joined.rows += part.rows, joined.from.source_rows += part.from.source_rows;
  for (std::size_t i = 0; i < joined.columns.size(); ++i) {
    std::vector<Column> columns;
    for (const auto& part : parts) columns.push_back(part.columns[i]);
    if (is_factor(columns[0].type())) columns = with_common_levels(std::move(columns));
    joined.columns[i] = concatenate(columns);
  }
  return joined;
}

}  // namespace insitu
