#pragma once
// Texts in memory, read through the source and printed again, for the tests of RxTextData.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <cstring>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "sources/text_source.hpp"

namespace insitu {

class MemoryFile final : public RandomAccessFile {
 public:
  MemoryFile(std::string bytes, bool mapped) : bytes_(std::move(bytes)), mapped_(mapped) {}
  std::uint64_t size() const override { return bytes_.size(); }
  std::size_t read_at(std::uint64_t offset, std::span<char> out) const override {
    if (offset >= bytes_.size()) return 0;
    const auto got = std::min<std::size_t>(out.size(), bytes_.size() - static_cast<std::size_t>(offset));
    std::memcpy(out.data(), bytes_.data() + offset, got);
    return got;
  }
  std::string_view mapped() const override { return mapped_ ? std::string_view(bytes_) : std::string_view(); }

 private:
  std::string bytes_;
  bool mapped_;
};

/// A file system of a few texts.
class MemoryFiles final : public FileSystem {
 public:
  explicit MemoryFiles(std::map<std::string, std::string> files, bool mapped = true) : files_(std::move(files)), mapped_(mapped) {}
  std::shared_ptr<RandomAccessFile> open(const std::string& path) const override {
    const auto found = files_.find(path);
    if (found == files_.end()) throw DataError("file not found: " + path);
    return std::make_shared<MemoryFile>(found->second, mapped_);
  }
  bool exists(const std::string& path) const override { return files_.contains(path); }
  bool is_directory(const std::string& path) const override { return !list(path).empty(); }
  std::vector<std::string> list(const std::string& directory) const override {
    std::vector<std::string> paths;
    for (const auto& [path, text] : files_)
      if (path.starts_with(directory + "/")) paths.push_back(path);
    return paths;
  }

 private:
  std::map<std::string, std::string> files_;
  bool mapped_;
};

inline FileSystemPtr one_file(std::string text, bool mapped = true) {
  return std::make_shared<MemoryFiles>(std::map<std::string, std::string>{{"/t.csv", std::move(text)}}, mapped);
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
  if (is_factor(column.type())) return column.levels()->at(static_cast<std::size_t>(column.values<std::int32_t>()[row]));
  char text[64];
  std::snprintf(text, sizeof text, column.type() == Type::kFloat32 ? "%.9g" : "%.17g", column.number_at(row));
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
        for (std::size_t c = 0; c < chunk->columns.size(); ++c) row += (c ? "|" : "") + value_of(chunk->columns[c], r);
        rows.push_back(row);
      }
    }
  }
  return rows;
}

inline std::vector<std::string> read_rows(const std::string& text, const nlohmann::json& options = nlohmann::json::object()) {
  return rows_of(*make_text_source(text_descriptor(options), one_file(text)));
}

inline std::string read_columns(const std::string& text, const nlohmann::json& options = nlohmann::json::object()) {
  return columns_of(*make_text_source(text_descriptor(options), one_file(text)));
}

/// The message of the error that reading the text ends with; "" if there is none.
inline std::string error_of(const std::string& text, const nlohmann::json& options = nlohmann::json::object()) {
  try {
    read_rows(text, options);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

using Rows = std::vector<std::string>;

}  // namespace insitu
