#include "rows.hpp"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "base/error.hpp"

namespace insitu::sql_server {

namespace {

/// Texts as the codes of their levels.
Column coded(const Column& texts, const Field& field, std::size_t first_row) {
  std::unordered_map<std::string_view, std::int32_t> places;
  for (const auto& level : *field.levels)
    places.emplace(level, static_cast<std::int32_t>(places.size()));
  std::vector<std::int32_t> codes(texts.size(), kMissingCode);
  for (std::size_t i = 0; i < codes.size(); ++i) {
    if (!texts.string_valid(i)) continue;
    const auto found = places.find(texts.string_at(i));
    if (found == places.end())
      throw DataError("column " + field.name + ", row " + std::to_string(first_row + i + 1) +
                      ": '" + std::string(texts.string_at(i)) + "' is not among the levels");
    codes[i] = found->second;
  }
  return Column::own(field.type, std::move(codes), field.levels);
}

}  // namespace

const Parameter* SessionInput::parameter(std::string_view name) const {
  const auto found = std::ranges::find_if(
      parameters, [&](const Parameter& each) { return each.described.name == name; });
  return found == parameters.end() ? nullptr : &*found;
}

std::string SessionInput::bytes_of(std::string_view name) const {
  const auto* found = parameter(name);
  if (!found || found->is_null) return {};
  if (found->described.type != SQL_C_BINARY)
    throw InvalidArgument(std::string(name) + " must be varbinary(max), not " +
                          std::string(sql_name(found->described.type)));
  return found->bytes;
}

SchemaPtr SessionInput::schema() const {
  std::vector<Field> fields;
  for (const auto& column : columns) fields.push_back(field_of(column));
  return std::make_shared<const Schema>(std::move(fields));
}

InputRows::InputRows(const SessionInput& input, std::size_t rows, void** data, SQLINTEGER** lengths)
    : input_(input), rows_(rows) {
  if (input.columns.empty()) {
    rows_ = 0;
    return;
  }
  if (rows && !data) throw DataError("rows came without arrays of values");
  cells_.reserve(input.columns.size());
  for (std::size_t i = 0; i < input.columns.size(); ++i)
    cells_.emplace_back(input.columns[i], rows, data ? data[i] : nullptr,
                        lengths ? lengths[i] : nullptr);
}

Chunk InputRows::chunk(const SchemaPtr& schema, std::size_t begin, std::size_t count) {
  Chunk chunk{schema, {}, count, {}};
  for (const auto& field : schema->fields()) {
    const auto place = std::ranges::find(input_.columns, field.name, &Described::name);
    if (place == input_.columns.end()) throw DataError("the query has no column " + field.name);
    chunk.columns.push_back(
        values_of(cells_[static_cast<std::size_t>(place - input_.columns.begin())], begin, count));
    if (is_factor(field.type) && chunk.columns.back().type() == Type::kString)
      chunk.columns.back() = coded(chunk.columns.back(), field, begin);
    if (chunk.columns.back().type() != field.type)
      throw DataError("column " + field.name + " comes as " +
                      std::string(type_name(chunk.columns.back().type())) + ", announced as " +
                      std::string(type_name(field.type)));
  }
  return chunk;
}

}  // namespace insitu::sql_server
