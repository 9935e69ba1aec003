#include "capi/describe_source.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <unordered_map>

#include "base/civil_date.hpp"
#include "base/number_text.hpp"

namespace insitu {

using nlohmann::json;

namespace {

json number_or_text(double value) {
  if (std::isnan(value)) return nullptr;
  if (std::isinf(value)) return value > 0 ? "Inf" : "-Inf";
  return value;
}

struct Storage {
  const char* type;
  const char* storage;
};

Storage storage_of(Type type) {
  switch (type) {
    case Type::kLogical:
      return {"logical", "uchar"};
    case Type::kInt16:
      return {"integer", "int16"};
    case Type::kUInt16:
      return {"integer", "uint16"};
    case Type::kInt32:
      return {"integer", "int32"};
    case Type::kInt64:
      return {"integer", "int64"};
    case Type::kFloat32:
      return {"numeric", "float32"};
    case Type::kFloat64:
      return {"numeric", "float64"};
    case Type::kString:
      return {"character", "string"};
    case Type::kFactor:
      return {"factor", "uint32"};
    case Type::kOrdered:
      return {"ordered", "uint32"};
    case Type::kDate:
      return {"Date", "float64"};
    case Type::kDateTime:
      return {"POSIXct", "float64"};
  }
  return {"numeric", "float64"};
}

}  // namespace

json variable_info(const Field& field, bool value_labels, const WholeRanges& ranges) {
  const auto [type, storage] = storage_of(field.type);
  json info = {{"name", field.name}, {"varType", type}, {"storage", storage}};
  if (!field.description.empty()) info["description"] = field.description;
  if (is_factor(field.type)) {
    if (field.levels) info["levels"] = *field.levels;
  } else if (field.low && field.high) {
    const auto exact = ranges.find(field.name);
    if (exact != ranges.end()) {
      info["low"] = exact->second.first;
      info["high"] = exact->second.second;
    } else {
      info["low"] = number_or_text(*field.low);
      info["high"] = number_or_text(*field.high);
    }
  }
  if (value_labels && !field.value_codes.empty()) {
    info["valueInfoCodes"] = field.value_codes;
    info["valueInfoLabels"] = field.value_labels;
  }
  if (!field.time_zone.empty()) info["tzone"] = field.time_zone;
  return info;
}

WholeRanges whole_ranges(const DataSource& source, const Schema& schema,
                         const std::vector<std::string>& names, ComputeContext& context,
                         RunControl& control) {
  constexpr double kExact = 9007199254740992;  // 2^53
  std::vector<std::string> wide;
  for (const auto& name : names) {
    const auto& field = schema.field(name);
    if (field.type == Type::kInt64 && field.low && field.high &&
        (std::abs(*field.low) >= kExact || std::abs(*field.high) >= kExact))
      wide.push_back(name);
  }
  WholeRanges ranges;
  if (wide.empty()) return ranges;
  context.read(
      source, {.columns = wide},
      [&](const Chunk& chunk) {
        for (std::size_t i = 0; i < wide.size(); ++i)
          for (const auto value : chunk.columns[i].values<std::int64_t>()) {
            if (is_missing_value(value)) continue;
            auto& [low, high] = ranges.emplace(wide[i], std::pair(value, value)).first->second;
            low = std::min(low, value);
            high = std::max(high, value);
          }
      },
      control);
  return ranges;
}

SchemaPtr computed_schema(const DataSource& source, ComputeContext& context, RunControl& control,
                          std::int64_t& rows) {
  const auto schema = source.schema();
  const std::size_t columns = schema->size();
  std::vector<double> low(columns, std::numeric_limits<double>::infinity()),
      high(columns, -std::numeric_limits<double>::infinity());
  std::vector<std::vector<std::string>> levels(columns);
  std::vector<std::unordered_map<std::string, int>> seen(columns);
  rows = 0;
  std::vector<double> numbers;
  context.read(
      source, {},
      [&](const Chunk& chunk) {
        rows += static_cast<std::int64_t>(chunk.rows);
        for (std::size_t i = 0; i < columns; ++i) {
          const auto& column = chunk.columns[i];
          if (is_factor(column.type())) {
            if ((*schema)[i].levels || !column.levels()) continue;
            for (const auto& name : *column.levels())
              if (seen[i].emplace(name, 0).second) levels[i].push_back(name);
          } else if (column.type() != Type::kString) {
            numbers.resize(column.size());
            column.numbers(numbers.data());
            for (const double value : numbers)
              if (!std::isnan(value))
                low[i] = std::min(low[i], value), high[i] = std::max(high[i], value);
          }
        }
      },
      control);
  auto fields = schema->fields();
  for (std::size_t i = 0; i < columns; ++i) {
    if (is_factor(fields[i].type)) {
      if (!fields[i].levels) fields[i].levels = make_levels(std::move(levels[i]));
    } else if (low[i] <= high[i]) {
      fields[i].low = low[i];
      fields[i].high = high[i];
    }
  }
  return std::make_shared<const Schema>(std::move(fields));
}

json table_of_rows(const Schema& schema, const std::vector<Chunk>& chunks, std::int64_t first_row,
                   const std::string& row_names) {
  json columns = json::array(), names = json::array();
  for (std::size_t i = 0; i < schema.size(); ++i) {
    const auto type = schema[i].type;
    json values = json::array();
    for (const auto& chunk : chunks) {
      const auto& column = chunk.columns[i];
      for (std::size_t row = 0; row < column.size(); ++row) {
        if (column.is_missing(row))
          values.push_back(nullptr);
        else if (type == Type::kString)
          values.push_back(std::string(column.string_at(row)));
        else if (is_factor(type))
          values.push_back((*column.levels())[static_cast<std::size_t>(column.number_at(row))]);
        else if (type == Type::kLogical)
          values.push_back(column.number_at(row) != 0 ? "TRUE" : "FALSE");
        else if (type == Type::kDate)
          values.push_back(date_text(column.number_at(row)));
        else if (type == Type::kDateTime)
          values.push_back(time_text(column.number_at(row)));
        else if (type == Type::kInt64)
          values.push_back(column.values<std::int64_t>()[row]);
        else if (is_integer(type))
          values.push_back(static_cast<std::int64_t>(column.number_at(row)));
        else
          values.push_back(number_or_text(column.number_at(row)));
      }
    }
    if (schema[i].name == row_names) {
      names = std::move(values);
      continue;
    }
    const char* kind = type == Type::kFloat32 || type == Type::kFloat64 ? "number"
                       : is_integer(type)                               ? "integer"
                                                                        : "text";
    // R marks a missing logical, date or number with NA, a missing text or factor with <NA>.
    if (type == Type::kLogical || type == Type::kDate || type == Type::kDateTime)
      for (auto& value : values)
        if (value.is_null()) value = "NA";
    columns.push_back({{"name", schema[i].name}, {"kind", kind}, {"values", std::move(values)}});
  }
  if (names.empty()) {
    std::int64_t row = first_row;
    for (const auto& chunk : chunks)
      for (std::size_t i = 0; i < chunk.rows; ++i) names.push_back(std::to_string(row++));
  }
  return {{"firstRow", first_row}, {"rowNames", std::move(names)}, {"columns", std::move(columns)}};
}

}  // namespace insitu
