#pragma once
// A folder for the files of one test, and rows of every type.
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "columnar/arrow_library.hpp"
#include "columnar/columnar_options.hpp"
#include "columnar/columnar_sink.hpp"
#include "columnar/columnar_source.hpp"

namespace insitu {

class ColumnarTest : public testing::Test {
 protected:
  void SetUp() override {
    try {
      (void)arrow_library();
    } catch (const Unsupported& reason) {
      GTEST_SKIP() << reason.what();
    }
    char name[] = "/tmp/insitu-columnar-XXXXXX";
    folder_ = ::mkdtemp(name);
  }
  void TearDown() override {
    if (!folder_.empty()) std::filesystem::remove_all(folder_);
  }

  std::string path(const std::string& name) const { return folder_ + "/" + name; }

  static std::unique_ptr<DataSink> sink(ColumnFormat format, const std::string& file,
                                        const SchemaPtr& schema, const SinkOptions& options = {},
                                        bool factors_as_indexes = false) {
    return open_columnar_sink({format, file, factors_as_indexes}, schema, options);
  }
  static void write(ColumnFormat format, const std::string& file, const Chunk& rows,
                    const SinkOptions& options = {}, bool factors_as_indexes = false) {
    const auto target = sink(format, file, rows.schema, options, factors_as_indexes);
    target->write(rows);
    target->finish();
  }

  /// Integers from `begin`, named `name`.
  static Chunk counted(std::int32_t begin, std::int32_t count, const std::string& name = "x") {
    std::vector<std::int32_t> values(static_cast<std::size_t>(count));
    for (std::int32_t i = 0; i < count; ++i) values[static_cast<std::size_t>(i)] = begin + i;
    const auto rows = values.size();
    return {
        std::make_shared<const Schema>(std::vector<Field>{{.name = name, .type = Type::kInt32}}),
        {Column::own(Type::kInt32, std::move(values))},
        rows,
        {}};
  }

  /// A value as text, "NA" where missing.
  static std::string shown(const Column& column, std::size_t i) {
    if (column.is_missing(i)) return "NA";
    if (column.type() == Type::kString) return "'" + std::string(column.string_at(i)) + "'";
    char text[32];
    std::snprintf(text, sizeof text, "%.17g", column.number_at(i));
    return text;
  }
  static std::vector<std::string> values(const DataSource& source, const std::string& name) {
    std::vector<std::string> all;
    for (const auto& split : source.splits()) {
      const auto reader = source.open(split, {.columns = std::vector{name}});
      while (const auto chunk = reader->next())
        for (std::size_t i = 0; i < chunk->rows; ++i) all.push_back(shown(chunk->columns[0], i));
    }
    return all;
  }

  std::string folder_;
};

}  // namespace insitu
