#pragma once
// Texts in memory, read through the source and printed again, for the tests of RxTextData.
#include <gtest/gtest.h>

#include <cstdio>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "../memory_files.hpp"
#include "base/error.hpp"
#include "base/named.hpp"
#include "sources/text/source.hpp"

namespace insitu {

inline FileSystemPtr one_file(std::string text, bool mapped = true) {
  return std::make_shared<MemoryFiles>(
      std::map<std::string, std::string>{{"/t.csv", std::move(text)}}, mapped);
}

inline nlohmann::json text_descriptor(nlohmann::json options = nlohmann::json::object()) {
  options["type"] = "RxTextData";
  if (!options.contains("file")) options["file"] = "/t.csv";
  return options;
}

/// "name:type" of each column, joined by blanks.
inline std::string columns_of(const DataSource& source) {
  std::string text;
  for (const auto& field : source.schema()->fields())
    text += (text.empty() ? "" : " ") + field.name + ":" + std::string(type_name(field.type));
  return text;
}

inline std::string value_of(const Column& column, std::size_t row) {
  if (column.is_missing(row)) return "<NA>";
  if (column.type() == Type::kString) return std::string(column.string_at(row));
  if (is_factor(column.type()))
    return column.levels()->at(static_cast<std::size_t>(column.values<std::int32_t>()[row]));
  if (column.type() == Type::kInt64) return std::to_string(column.values<std::int64_t>()[row]);
  char text[64];
  std::snprintf(text, sizeof text, column.type() == Type::kFloat32 ? "%.9g" : "%.17g",
                column.number_at(row));
  return text;
}

/// All rows, "a|b|c" each.
inline std::vector<std::string> rows_of(const DataSource& source, const ReadOptions& options = {}) {
  std::vector<std::string> rows;
  for (const auto& split : source.splits()) {
    const auto reader = source.open(split, options);
    while (const auto chunk = reader->next()) {
      EXPECT_EQ(chunk->columns.size(), chunk->schema->size());
      for (std::size_t r = 0; r < chunk->rows; ++r) {
        std::string row;
        for (std::size_t c = 0; c < chunk->columns.size(); ++c)
          row += (c ? "|" : "") + value_of(chunk->columns[c], r);
        rows.push_back(row);
      }
    }
  }
  return rows;
}

inline std::vector<std::string> read_rows(
    const std::string& text, const nlohmann::json& options = nlohmann::json::object()) {
  return rows_of(*make_text_source(text_descriptor(options), one_file(text)));
}

inline std::string read_columns(const std::string& text,
                                const nlohmann::json& options = nlohmann::json::object()) {
  return columns_of(*make_text_source(text_descriptor(options), one_file(text)));
}

/// The message of the error that reading the text ends with; "" if there is none.
inline std::string error_of(const std::string& text,
                            const nlohmann::json& options = nlohmann::json::object()) {
  try {
    read_rows(text, options);
  } catch (const Error& error) {
    return in_words_of_r(error.what());
  }
  return "";
}

using Rows = std::vector<std::string>;

}  // namespace insitu
