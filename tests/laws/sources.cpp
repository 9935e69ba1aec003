#include "laws/sources.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "capi/formats.hpp"
#include "capi/make_source.hpp"
#include "data/chunk_cutter.hpp"
#include "data/declared_levels.hpp"
#include "filesystems/native.hpp"
#include "formula/rows/transforms.hpp"
#include "sources/typed_columns.hpp"

namespace insitu::laws {

using nlohmann::json;

Folder::Folder() {
  char name[] = "/tmp/insitu-laws-XXXXXX";
  path = ::mkdtemp(name);
}
Folder::~Folder() { std::filesystem::remove_all(path); }

Chunk rows(std::size_t count) {
  const auto f = make_levels({"low", "middle", "high"});
  const auto g = make_levels({"mo", "tu", "we", "th", "fr", "sa", "su"});
  std::uint64_t seed = 42;
  const auto uniform = [&] {
    seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
    return static_cast<double>(seed >> 11) * 0x1p-53;
  };
  std::vector<double> y(count), x(count), w(count);
  std::vector<std::int32_t> n(count), k(count), b(count), fs(count), gs(count);
  for (std::size_t i = 0; i < count; ++i) {
    x[i] = 1000 * uniform() - 300;
    n[i] = static_cast<std::int32_t>(40 * uniform());
    fs[i] = static_cast<std::int32_t>(3 * uniform());
    gs[i] = static_cast<std::int32_t>(7 * uniform());
    w[i] = 0.125 + std::floor(8 * uniform()) / 8;
    k[i] = static_cast<std::int32_t>(1 + 3 * uniform());
    b[i] = x[i] + 100 * k[i] > 400;
    y[i] = 3 + 0.25 * x[i] - 2 * n[i] + 10 * fs[i] + 5 * gs[i] * (fs[i] == 1) + 20 * uniform();
    y[i] = std::round(y[i] * 1000) / 1000;
    x[i] = std::round(x[i] * 1000) / 1000;
    if (uniform() < 0.01) y[i] = missing_value<double>();
    if (uniform() < 0.01) n[i] = missing_value<std::int32_t>();
    if (uniform() < 0.005) gs[i] = kMissingCode;
  }
  const auto schema = std::make_shared<const Schema>(
      std::vector<Field>{{.name = "y"},
                         {.name = "x"},
                         {.name = "n", .type = Type::kInt32},
                         {.name = "f", .type = Type::kFactor, .levels = f},
                         {.name = "g", .type = Type::kFactor, .levels = g},
                         {.name = "w"},
                         {.name = "k", .type = Type::kInt32},
                         {.name = "b", .type = Type::kInt32}});
  return {schema,
          {Column::own(Type::kFloat64, std::move(y)), Column::own(Type::kFloat64, std::move(x)),
           Column::own(Type::kInt32, std::move(n)), Column::own(Type::kFactor, std::move(fs), f),
           Column::own(Type::kFactor, std::move(gs), g), Column::own(Type::kFloat64, std::move(w)),
           Column::own(Type::kInt32, std::move(k)), Column::own(Type::kInt32, std::move(b))},
          count,
          {.first_row = 0, .source_rows = static_cast<std::int64_t>(count)}};
}

SourcePtr in_splits_of(const Chunk& all, std::uint64_t split_rows) {
  struct Resplit final : DataSource {
    FrameSource frame;
    std::uint64_t split_rows;
    Resplit(const Chunk& chunk, std::uint64_t size)
        : frame(chunk.schema, {chunk}), split_rows(size) {}
    SchemaPtr schema() const override { return frame.schema(); }
    std::vector<Split> splits() const override {
      std::vector<Split> cut;
      const auto total = static_cast<std::uint64_t>(*frame.row_count());
      for (std::uint64_t begin = 0; begin < total; begin += split_rows)
        cut.push_back({cut.size(), begin, std::min(total, begin + split_rows), -1});
      return cut;
    }
    std::unique_ptr<ChunkReader> open(const Split& split,
                                      const ReadOptions& options) const override {
      return frame.open(split, options);
    }
    Recipe recipe() const override { return frame.recipe(); }
    const DataSource* row_holder() const override { return this; }
    std::string description() const override { return "rows in splits"; }
  };
  return std::make_shared<Resplit>(all, split_rows);
}

namespace {

void write(const json& target, const Chunk& all, std::int64_t rows_per_block) {
  auto sink = format_of(target)->sink(target, all.schema, {.rows_per_block = rows_per_block});
  ChunkCutter cutter;
  cutter.add(all);
  while (const auto chunk = cutter.take_full()) sink->write(*chunk);
  if (const auto chunk = cutter.take_rest()) sink->write(*chunk);
  sink->finish();
}

SourcePtr open_format(const json& descriptor) {
  return format_of(descriptor)->source(descriptor, {.files = native_file_system()});
}

/// Where the format itself does not keep types and levels, colInfo says them.
json described(const Format& format, const std::string& file) {
  json descriptor = {{"type", format.type}, {"file", file}};
  if (!format.has_key("colInfo")) return descriptor;
  auto& columns = descriptor["colInfo"];
  for (const auto* name : {"y", "x", "w"}) columns[name] = {{"type", "numeric"}};
  for (const auto* name : {"n", "k"}) columns[name] = {{"type", "integer"}};
  columns["f"] = {{"type", "factor"}, {"levels", {"low", "middle", "high"}}};
  columns["g"] = {{"type", "factor"}, {"levels", {"mo", "tu", "we", "th", "fr", "sa", "su"}}};
  return descriptor;
}

std::string file_in(const std::string& folder, const Format& format) {
  return folder + "/rows." + std::string(format.endings.at(0));
}

/// One file in a folder.
SourcePtr in_file(const Format& format, const Chunk& all, const std::string& folder) {
  const auto file = file_in(folder, format);
  write({{"type", format.type}, {"file", file}}, all, 40000);
  return open_format(described(format, file));
}

/// A folder of files of very different sizes, written in another order than they are read in.
SourcePtr in_files(const Format& format, const Chunk& all, const std::string& folder) {
  const auto path = folder + "/parts";
  std::filesystem::create_directory(path);
  const std::size_t ends[] = {all.rows / 7, all.rows / 7, all.rows / 7 + all.rows / 2, all.rows};
  for (const int part : {2, 0, 3, 1}) {
    const auto begin = part ? ends[part - 1] : 0;
    const auto file =
        path + "/part-" + std::to_string(part) + "." + std::string(format.endings.at(0));
    write({{"type", format.type}, {"file", file}}, slice(all, begin, ends[part] - begin), 15000);
  }
  return open_format(described(format, path));
}

/// With the wish for so many rows at once that the format knows; empty: it knows none.
std::function<SourcePtr(const std::string&, std::int64_t)> reading(const Format& format) {
  if (format.has_key("rowsPerRead"))
    return [&format](const std::string& folder, std::int64_t rows_per_read) {
      auto descriptor = described(format, file_in(folder, format));
      descriptor["rowsPerRead"] = rows_per_read;
      return open_format(descriptor);
    };
  if (format.has_key("blocksPerRead"))
    return [&format](const std::string& folder, std::int64_t rows_per_read) {
      auto descriptor = described(format, file_in(folder, format));
      descriptor["blocksPerRead"] = rows_per_read / 40000 + 1;
      return open_format(descriptor);
    };
  return {};
}

SourcePtr opened_by(ComputeContext& context, json descriptor, bool cache) {
  RunControl control;
  descriptor["cache"] = cache;
  const auto type = descriptor["type"].get<std::string>();
  return typed_columns(
      context.tables()->open_table({type, engine_source(descriptor).dump()}, control),
      column_info_from_json(descriptor["colInfo"], type));
}

SourcePtr half_transformed(const SourcePtr& source) {
  Pipeline pipeline;
  pipeline.transforms = {{"x", "(x * 2 + 1 - 1) / 2"}};
  pipeline.row_selection = "k < 100 | is.na(y)";
  return transformed(source, pipeline);
}

/// Whether what the format needs is at hand; says so where it is not.
bool is_at_hand(const Format& format) {
  const Folder folder;
  try {
    in_file(format, rows(1), folder.path);
    return true;
  } catch (const Unsupported& reason) {
    std::fprintf(stderr, "left out, %s: %s\n", std::string(format.type).c_str(), reason.what());
    return false;
  }
}

/// Every format that is read and written: a file, a folder of files where it has those, both with
/// rows that are changed and left out.
std::vector<SourceUnderTest> sources_of_formats() {
  std::vector<SourceUnderTest> entries;
  for (const auto& format : formats()) {
    // Databases need a server or a driver: python/tests/test_databases.py.
    if (!format.source || !format.sink || format.endings.empty() || !is_at_hand(format)) continue;
    const std::string type(format.type);
    using Opened = std::function<SourcePtr(const std::string&, ComputeContext&, bool)>;
    const auto opened = [&](const std::function<std::string(const std::string&)>& path) -> Opened {
      if (format.engine_kind.empty()) return {};
      return [&format, path](const std::string& folder, ComputeContext& context, bool cache) {
        return opened_by(context, described(format, path(folder)), cache);
      };
    };
    const auto file = opened([&format](const std::string& f) { return file_in(f, format); });
    entries.push_back({type,
                       [&format](const Chunk& all, const std::string& folder) {
                         return in_file(format, all, folder);
                       },
                       reading(format), file});
    const auto make = format.in_folders ? in_files : in_file;
    const auto made =
        format.in_folders ? opened([](const std::string& f) { return f + "/parts"; }) : file;
    if (format.in_folders)
      entries.push_back({"files of " + type,
                         [&format](const Chunk& all, const std::string& folder) {
                           return in_files(format, all, folder);
                         },
                         {},
                         made});
    entries.push_back(
        {"transformed " + type,
         [&format, make](const Chunk& all, const std::string& folder) {
           return half_transformed(make(format, all, folder));
         },
         {},
         made ? [made](const std::string& folder, ComputeContext& context,
                       bool cache) { return half_transformed(made(folder, context, cache)); }
              : Opened()});
  }
  return entries;
}

}  // namespace

const std::vector<SourceUnderTest>& sources() {
  static const std::vector<SourceUnderTest> kSources = [] {
    std::vector<SourceUnderTest> all_sources = {
        {"frame",
         [](const Chunk& all, const std::string&) -> SourcePtr {
           return std::make_shared<FrameSource>(
               all.schema, std::vector{slice(all, 0, all.rows / 3),
                                       slice(all, all.rows / 3, all.rows - all.rows / 3)});
         },
         {}},
        {"text with found levels",
         [](const Chunk& all, const std::string& folder) {
           const auto& text = *find_format(formats(), "RxTextData");
           in_file(text, all, folder);
           auto descriptor = described(text, file_in(folder, text));
           descriptor["colInfo"]["f"] = {{"type", "character"}};
           return declare_levels(open_format(descriptor), {{"f", {"middle", "low", "high"}}});
         },
         {}},
        {"transformed frame",
         [](const Chunk& all, const std::string&) {
           Pipeline pipeline;
           pipeline.transforms = {{"x", "ifelse(x > 0, x, -abs(x))"}};
           return transformed(std::make_shared<FrameSource>(all.schema, std::vector{all}),
                              pipeline);
         },
         {}},
    };
    for (auto& entry : sources_of_formats()) all_sources.push_back(std::move(entry));
    return all_sources;
  }();
  return kSources;
}

namespace {

/// All rows as text, one line each; of the wanted columns.
std::vector<std::string> lines(const DataSource& source, const ReadOptions& options = {}) {
  std::vector<std::string> all;
  std::uint64_t expected_split = 0;
  for (const auto& split : source.splits()) {
    EXPECT_EQ(split.index, expected_split++);
    const auto reader = source.open(split, options);
    std::uint64_t number = 0;
    bool short_chunk = false;
    while (const auto chunk = reader->next()) {
      EXPECT_EQ(chunk->from.split, split.index);
      EXPECT_EQ(chunk->from.chunk_in_split, number++);
      EXPECT_FALSE(short_chunk) << "a chunk that is not full stands before the end of its split";
      short_chunk = chunk->from.source_rows < static_cast<std::int64_t>(kRowsPerChunk);
      EXPECT_LE(chunk->rows, kRowsPerChunk);
      for (std::size_t i = 0; i < chunk->rows; ++i) {
        std::string line;
        for (const auto& column : chunk->columns) {
          if (column.is_missing(i)) {
            line += "NA,";
          } else if (column.type() == Type::kString) {
            line += std::string(column.string_at(i)) + ",";
          } else if (is_factor(column.type())) {
            line += (*column.levels())[static_cast<std::size_t>(column.number_at(i))] + ",";
          } else {
            line += std::to_string(column.number_at(i)) + ",";
          }
        }
        all.push_back(std::move(line));
      }
    }
  }
  return all;
}

TEST(Sources, EverySplitCoversEveryRowOnceInTheOrderOfTheData) {
  for (const std::size_t count : {0u, 1u, 32768u, 100001u}) {
    const auto data = rows(count);
    const auto expected = lines(*in_splits_of(data, 1 << 20));
    for (const auto& entry : sources()) {
      SCOPED_TRACE(entry.name + ", " + std::to_string(count) + " rows");
      const Folder folder;
      const auto source = entry.make(data, folder.path);
      EXPECT_EQ(lines(*source), expected);
      EXPECT_EQ(lines(*source), expected);  // again: nothing is used up
      if (const auto known = source->row_count()) {
        EXPECT_EQ(*known, static_cast<std::int64_t>(count));
      }
      if (entry.reading) {
        for (const std::int64_t at_once : {1000, 70000, 1000000})
          EXPECT_EQ(lines(*entry.reading(folder.path, at_once)), expected);
      }
    }
  }
}

TEST(Sources, OnlyTheWantedColumnsComeInTheWantedOrder) {
  const auto data = rows(40000);
  const ReadOptions options{.columns = std::vector<std::string>{"f", "x"}};
  const auto expected = lines(*in_splits_of(data, 1 << 20), options);
  for (const auto& entry : sources()) {
    SCOPED_TRACE(entry.name);
    const Folder folder;
    const auto source = entry.make(data, folder.path);
    EXPECT_EQ(lines(*source, options), expected);
    const auto chunk = source->open(source->splits().at(0), options)->next();
    EXPECT_EQ(chunk->schema->names(), *options.columns);
    EXPECT_THROW(
        source->open(source->splits().at(0), {.columns = std::vector<std::string>{"no such"}}),
        InvalidArgument);
  }
}

TEST(Sources, TheTypesAreThoseTheSchemaTells) {
  const auto data = rows(1000);
  for (const auto& entry : sources()) {
    SCOPED_TRACE(entry.name);
    const Folder folder;
    const auto source = entry.make(data, folder.path);
    const auto schema = source->schema();
    const auto chunk = source->open(source->splits().at(0), {})->next();
    ASSERT_EQ(chunk->columns.size(), schema->size());
    for (std::size_t c = 0; c < schema->size(); ++c) {
      EXPECT_EQ(chunk->columns[c].type(), (*schema)[c].type) << (*schema)[c].name;
      EXPECT_EQ((*schema)[c].type, (*data.schema)[c].type) << (*schema)[c].name;
      if ((*schema)[c].levels) {
        EXPECT_EQ(*chunk->columns[c].levels(), *(*schema)[c].levels) << (*schema)[c].name;
      }
    }
  }
}

TEST(Sources, OneRebuiltFromItsRecipeHasTheSameSplitsAndRows) {
  const auto data = rows(50000);
  for (const auto& entry : sources()) {
    SCOPED_TRACE(entry.name);
    const Folder folder;
    const auto source = entry.make(data, folder.path);
    if (source->row_holder()) continue;  // its rows are sent, not rebuilt
    auto document = json::parse(source->recipe().options);
    SourceMaker maker(formats(), {.files = native_file_system()});
    const auto rebuilt = maker.make(document);
    EXPECT_EQ(save(rebuilt->splits()), save(source->splits()));
    EXPECT_EQ(lines(*rebuilt), lines(*source));
    EXPECT_EQ(rebuilt->recipe().options, source->recipe().options);
  }
}

}  // namespace
}  // namespace insitu::laws
