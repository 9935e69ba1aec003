// Rows on their way from a source to an analysis.
#include "formula/rows/transforms.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <nlohmann/json.hpp>
#include <numeric>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/named.hpp"
#include "data/frame_source.hpp"

namespace insitu {
namespace {

using SourcePtr = std::shared_ptr<const DataSource>;
using Strings = std::vector<std::string>;

constexpr double kNone = missing_value<double>();

Column strings(const std::vector<const char*>& texts) {
  StringBuilder builder;
  for (const auto* text : texts) text ? builder.append(text) : builder.append_missing();
  return builder.finish();
}

Chunk chunk_of(std::vector<std::pair<std::string, Column>> columns) {
  std::vector<Field> fields;
  Chunk chunk;
  for (auto& [name, column] : columns) {
    Field field;
    field.name = name;
    field.type = column.type();
    field.levels = column.levels();
    fields.push_back(field);
    chunk.rows = column.size();
    chunk.columns.push_back(std::move(column));
  }
  chunk.schema = std::make_shared<const Schema>(std::move(fields));
  return chunk;
}

Column numbers(std::vector<double> values) {
  return Column::own(Type::kFloat64, std::move(values));
}

SourcePtr source_of(Chunk chunk) {
  const auto schema = chunk.schema;
  return std::make_shared<FrameSource>(schema, std::vector<Chunk>{std::move(chunk)}, "mtcars");
}

SourcePtr small() {
  return source_of(
      chunk_of({{"x", numbers({1, 2, kNone, 4, 5, 6})},
                {"y", numbers({10, kNone, 30, 40, 50, 60})},
                {"s", strings({"a", "b", "c", "a", nullptr, "b"})},
                {"f", Column::own(Type::kFactor, std::vector<std::int32_t>{0, 1, 0, 1, 1, -1},
                                  make_levels({"u", "v"}))}}));
}

/// n = 0, 1, 2, ... and half = n / 2, of `rows` rows: three splits for 150,000.
SourcePtr large(std::size_t rows = 150'000) {
  std::vector<double> n(rows), half(rows);
  for (std::size_t i = 0; i < rows; ++i) n[i] = static_cast<double>(i), half[i] = n[i] / 2;
  return source_of(chunk_of({{"n", numbers(std::move(n))}, {"half", numbers(std::move(half))}}));
}

/// A source like another that says less or more about itself, and notes what is read.
class Veiled final : public DataSource {
 public:
  Veiled(SourcePtr source, bool tells_rows, std::vector<std::int64_t> reads = {})
      : source_(std::move(source)), tells_rows_(tells_rows), reads_(std::move(reads)) {}

  SchemaPtr schema() const override { return source_->schema(); }
  std::vector<Split> splits() const override {
    auto splits = source_->splits();
    if (!tells_rows_)
      for (auto& split : splits) split.rows = -1;
    return splits;
  }
  std::unique_ptr<ChunkReader> open(const Split& split, const ReadOptions& options) const override {
    opened.push_back(split.index);
    columns = options.columns;
    return source_->open(split, options);
  }
  Recipe recipe() const override { return {"veiled", R"({"type": "veiled"})"}; }
  std::vector<std::int64_t> read_chunks() const override { return reads_; }
  std::string description() const override { return "/data/veiled.xdf"; }

  mutable std::vector<std::uint64_t> opened;
  mutable std::optional<Strings> columns;

 private:
  SourcePtr source_;
  bool tells_rows_;
  std::vector<std::int64_t> reads_;
};

std::vector<Chunk> read(const DataSource& source,
                        const std::optional<Strings>& columns = std::nullopt) {
  std::vector<Chunk> chunks;
  for (const auto& split : source.splits()) {
    const auto reader = source.open(split, {.columns = columns});
    while (auto chunk = reader->next()) {
      EXPECT_EQ(chunk->columns.size(), chunk->schema->size());
      for (std::size_t i = 0; i < chunk->columns.size(); ++i) {
        EXPECT_EQ(chunk->columns[i].size(), chunk->rows);
        EXPECT_EQ(chunk->columns[i].type(), (*chunk->schema)[i].type) << (*chunk->schema)[i].name;
      }
      chunks.push_back(std::move(*chunk));
    }
  }
  return chunks;
}

std::vector<double> values(const DataSource& source, const std::string& name) {
  std::vector<double> all;
  for (const auto& chunk : read(source, Strings{name}))
    for (std::size_t i = 0; i < chunk.rows; ++i) all.push_back(chunk.columns[0].number_at(i));
  return all;
}

std::vector<std::size_t> sizes(const DataSource& source) {
  std::vector<std::size_t> all;
  for (const auto& chunk : read(source)) all.push_back(chunk.rows);
  return all;
}

std::string error_of(const std::function<void()>& run) {
  try {
    run();
  } catch (const Error& error) {
    return in_words_of_r(error.what());
  }
  return "no error";
}

void expect_error(const std::function<void()>& run, const std::string& part) {
  const auto message = error_of(run);
  EXPECT_NE(message.find(part), std::string::npos) << message;
}

std::vector<double> range(double from, double to, double by = 1) {
  std::vector<double> all;
  for (double v = from; v < to; v += by) all.push_back(v);
  return all;
}

// Expressions
// ----------------------------------------------------------------------------------------------------------

TEST(Transforms, LaterOnesSeeEarlierOnes) {
  const auto source =
      transformed(small(), {.transforms = {{"z", "x * 2"}, {"x", "z + 1"}, {"w", "x"}}});
  EXPECT_EQ(source->schema()->names(), (Strings{"x", "y", "s", "f", "z", "w"}));
  const auto x = values(*source, "x"), z = values(*source, "z"), w = values(*source, "w");
  EXPECT_EQ(x[0], 3);
  EXPECT_EQ(z[0], 2);
  EXPECT_EQ(w[5], 13);
}

TEST(Transforms, ReadOnlyWhatIsNeeded) {
  const auto inner = std::make_shared<Veiled>(small(), true);
  const auto source = transformed(
      inner, {.transforms = {{"z", "x * 2"}, {"t", "paste(s)"}}, .row_selection = "f == 'u'"});
  read(*source, Strings{"z"});
  EXPECT_EQ(inner->columns, (Strings{"x", "f"}));
  read(*source, Strings{"t"});
  EXPECT_EQ(inner->columns, (Strings{"s", "f"}));
}

TEST(Transforms, NullRemovesAVariable) {
  const auto source = transformed(small(), {.transforms = {{"z", "x + y"}, {"y", "NULL"}}});
  EXPECT_EQ(source->schema()->names(), (Strings{"x", "s", "f", "z"}));
  EXPECT_EQ(values(*source, "z")[0], 11);
}

TEST(Transforms, RowSelectionComesLastAndDropsMissing) {
  const auto source =
      transformed(small(), {.transforms = {{"x", "x * 10"}}, .row_selection = "x > 15"});
  EXPECT_EQ(values(*source, "x"), (std::vector<double>{20, 40, 50, 60}));
  EXPECT_EQ(
      values(*transformed(small(), {.transforms = {{"keep", "x > 4"}}, .row_selection = "keep"}),
             "x"),
      (std::vector<double>{5, 6}));
}

TEST(Transforms, AVariableCalledRxRowSelectionSelectsRows) {
  const auto source = transformed(small(), {.transforms = {{".rxRowSelection", "x > 4"}}});
  EXPECT_EQ(source->schema()->names(), (Strings{"x", "y", "s", "f"}));
  EXPECT_EQ(values(*source, "x"), (std::vector<double>{5, 6}));
  const auto overridden = transformed(
      small(), {.transforms = {{".rxRowSelection", "x > 4"}}, .row_selection = "x < 2"});
  EXPECT_EQ(values(*overridden, "x"), (std::vector<double>{1}));
}

TEST(Transforms, RemoveMissingsLooksAtAllVariables) {
  const auto source = transformed(small(), {.remove_missings = true});
  EXPECT_EQ(values(*source, "x"), (std::vector<double>{1, 4}));  // although only x is asked for
  const auto on_read = transformed(
      small(), {.remove_missings_on_read = true, .transforms = {{"m", "ifelse(x > 1, NA, x)"}}});
  EXPECT_EQ(values(*on_read, "x"), (std::vector<double>{1, 4}));
  EXPECT_EQ(values(*on_read, "m").size(), 2u);
}

TEST(Transforms, EmptyChunksStay) {
  const auto source = transformed(large(), {.row_selection = "n == 140000"});
  EXPECT_EQ(sizes(*source), (std::vector<std::size_t>{0, 0, 0, 0, 1}));
  EXPECT_EQ(source->splits()[0].rows, -1);
  EXPECT_EQ(source->row_count(), 150'000);
  const auto by_a_variable =
      transformed(large(), {.transforms = {{".rxRowSelection", "n == 140000"}}});
  EXPECT_EQ(sizes(*by_a_variable), (std::vector<std::size_t>{0, 0, 0, 0, 1}));
  EXPECT_EQ(by_a_variable->splits()[0].rows, -1);
}

TEST(Transforms, UseObjects) {
  Pipeline pipeline{.transforms = {{"z", "x * factor2 + lookup[f]"}}};
  pipeline.objects = {{"factor2", numbers({2})}, {"lookup", numbers({100, 200})}};
  EXPECT_EQ(values(*transformed(small(), pipeline), "z")[1], 204);
}

TEST(Transforms, ErrorsComeBeforeAnythingIsRead) {
  expect_error(
      [] {
        transformed(small(), {.transforms = {{"z", "xx + 1"}}});
      },
      "transforms$z: variable not found: xx (did you mean x?)");
  expect_error([] { transformed(small(), {.transforms = {{"z", "x +"}}}); }, "transforms$z");
  expect_error([] { transformed(small(), {.row_selection = "s"}); },
               "rowSelection must be TRUE or FALSE");
  expect_error([] { transformed(small(), {.row_selection = "sum(x) > 1"}); },
               "depends on other rows");
  expect_error([] { transformed(small(), {.start_row = -1}); }, "startRow");
  expect_error(
      [] {
        read(*transformed(small(), {.row_selection = "x > 1"}), Strings{"x", "x"});
      },
      "asked for twice");
  expect_error([] { read(*transformed(small(), {.row_selection = "x > 1"}), Strings{"X"}); },
               "did you mean");
}

// Pain 13: the type of an existing variable may change.
TEST(Transforms, AVariableMayChangeItsType) {
  const auto source = transformed(small(), {.transforms = {{"x", "as.character(x)"}}});
  EXPECT_EQ(source->schema()->field("x").type, Type::kString);
  const auto chunk = read(*source)[0];
  EXPECT_EQ(chunk.column("x").string_at(0), "1");
  EXPECT_FALSE(chunk.column("x").string_valid(2));
}

TEST(Transforms, LevelsFixedByTheTextAreInTheSchema) {
  const auto source =
      transformed(small(), {.transforms = {{"c", "cut(x, c(0, 3, 9))"}, {"g", "factor(s)"}}});
  EXPECT_EQ(*source->schema()->field("c").levels, (Strings{"(0,3]", "(3,9]"}));
  EXPECT_EQ(source->schema()->field("g").levels, nullptr);
  EXPECT_EQ(*read(*source)[0].column("g").levels(), (Strings{"a", "b", "c"}));
}

// Windows and positions
// ------------------------------------------------------------------------------------------------

TEST(Transforms, AWindowSkipsSplitsOutside) {
  for (const bool tells_rows : {true, false}) {
    const auto inner = std::make_shared<Veiled>(large(), tells_rows);
    const auto source = transformed(inner, {.start_row = 70'000, .row_limit = 30'000});
    inner->opened.clear();
    EXPECT_EQ(values(*source, "n"), range(70'000, 100'000));
    EXPECT_EQ(inner->opened, (std::vector<std::uint64_t>{1})) << tells_rows;
    EXPECT_EQ(source->splits().size(), 1u);
    EXPECT_EQ(source->splits()[0].index, 0u);
    EXPECT_EQ(source->row_count(), 30'000);
    EXPECT_EQ(source->splits()[0].rows, 30'000);
  }
  EXPECT_EQ(values(*transformed(large(100), {.start_row = 98}), "n"),
            (std::vector<double>{98, 99}));
  EXPECT_EQ(values(*transformed(large(100), {.start_row = 200}), "n"), std::vector<double>{});
  EXPECT_EQ(values(*transformed(large(100), {.row_limit = 0}), "n"), std::vector<double>{});
  EXPECT_EQ(
      values(*transformed(large(100),
                          {.start_row = 3, .row_limit = std::numeric_limits<std::int64_t>::max()}),
             "n")
          .size(),
      97u);
  // A window comes before a selection.
  EXPECT_EQ(values(*transformed(large(100), {.row_selection = "n >= 5", .row_limit = 8}), "n"),
            (std::vector<double>{5, 6, 7}));
}

TEST(Transforms, ALimitCountsNoFurtherThanItMust) {
  const auto inner = std::make_shared<Veiled>(large(), false);
  transformed(inner, {.row_limit = 10});
  EXPECT_EQ(inner->opened, (std::vector<std::uint64_t>{0}));
}

TEST(Transforms, RowNumbersAreRightWhateverIsReadAtOnce) {
  const Pipeline pipeline{.transforms = {{"row", ".rxStartRow:(.rxStartRow + .rxNumRows - 1)"},
                                         {"chunk", ".rxChunkNum"}}};
  for (const bool tells_rows : {true, false}) {
    for (const auto& reads : {std::vector<std::int64_t>{},
                              {100'000, 50'000},
                              {7, 149'993},
                              std::vector<std::int64_t>(15, 10'000)}) {
      const auto source =
          transformed(std::make_shared<Veiled>(large(), tells_rows, reads), pipeline);
      EXPECT_EQ(values(*source, "row"), range(1, 150'001));
      const auto chunk = values(*source, "chunk");
      EXPECT_EQ(chunk.front(), 1);
      EXPECT_EQ(chunk.back(), reads.empty() ? 1 : static_cast<double>(reads.size()));
      if (!reads.empty()) {
        EXPECT_EQ(chunk[static_cast<std::size_t>(reads[0])], 2);
      }
    }
  }
  EXPECT_EQ(
      values(*transformed(large(),
                          {.transforms = pipeline.transforms, .start_row = 99'999, .row_limit = 2}),
             "row"),
      (std::vector<double>{100'000, 100'001}));
}

// Functions
// ------------------------------------------------------------------------------------------------------------

/// Doubles "n" into "twice", notes what it was told.
struct Told {
  std::vector<ChunkInfo> infos;
  std::vector<Strings> given;
  RowFunction doubling() {
    return [this](const Chunk& rows, const ChunkInfo& info) {
      infos.push_back(info);
      given.push_back(rows.schema->names());
      std::vector<double> twice(rows.rows);
      for (std::size_t i = 0; i < rows.rows; ++i)
        twice[i] = 2 * rows.column("n").values<double>()[i];
      auto columns = std::vector<std::pair<std::string, Column>>{
          {"n", rows.column("n")}, {"twice", numbers(std::move(twice))}};
      return chunk_of(std::move(columns));
    };
  }
};

TEST(RowFunctions, GetATestChunkThenTheChunksThatUsersSee) {
  Told told;
  const std::vector<std::int64_t> reads{40'000, 40'000, 40'000, 30'000};
  const auto inner = std::make_shared<Veiled>(large(), true, reads);
  const auto source =
      transformed(inner, {.function_variables = {"n"}, .function = told.doubling()});
  ASSERT_EQ(told.infos.size(), 2u);  // the second is given by the first pass
  EXPECT_TRUE(told.infos[0].test_chunk);
  EXPECT_EQ(told.infos[0].chunk_number, 0);
  EXPECT_EQ(told.infos[0].rows, 50);
  EXPECT_EQ(source->schema()->names(), (Strings{"n", "half", "twice"}));
  EXPECT_TRUE(source->needs_calling_thread());

  EXPECT_EQ(values(*source, "twice"), range(0, 300'000, 2));
  ASSERT_EQ(told.infos.size(), 5u);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(told.infos[i + 1].chunk_number, static_cast<std::int64_t>(i + 1));
    EXPECT_EQ(told.infos[i + 1].start_row, static_cast<std::int64_t>(40'000 * i + 1));
    EXPECT_EQ(told.infos[i + 1].rows, reads[i]);
    EXPECT_EQ(told.infos[i + 1].file_name, "/data/veiled.xdf");
    EXPECT_EQ(told.given[i + 1], (Strings{"n"}));
  }
}

TEST(RowFunctions, DoNotChangeTheChunksOfAnAnalysis) {
  const auto expected = sizes(*large());
  for (const auto& reads : {std::vector<std::int64_t>{},
                            {150'000},
                            {1, 149'999},
                            std::vector<std::int64_t>(150, 1000)}) {
    for (const bool tells_rows : {true, false}) {
      Told told;
      const auto source = transformed(std::make_shared<Veiled>(large(), tells_rows, reads),
                                      {.transforms = {{"sum", "twice + half"}},
                                       .function_variables = {"n"},
                                       .function = told.doubling()});
      EXPECT_EQ(sizes(*source), expected);
      EXPECT_EQ(values(*source, "sum"), range(0, 375'000, 2.5));
      EXPECT_EQ(values(*source, "sum"), range(0, 375'000, 2.5));  // a second pass
      const auto chunk = read(*source, Strings{"half", "twice"}).back();
      EXPECT_EQ(chunk.schema->names(), (Strings{"half", "twice"}));
      EXPECT_EQ(chunk.from.split, 2u);
    }
  }
}

TEST(RowFunctions, AnySplitMayBeReadAlone) {
  Told told;
  const auto source =
      transformed(std::make_shared<Veiled>(
                      large(), true, std::vector<std::int64_t>{40'000, 40'000, 40'000, 30'000}),
                  {.function_variables = {"n"}, .function = told.doubling()});
  const auto splits = source->splits();
  for (const auto i : {2u, 0u, 1u}) {
    const auto reader = source->open(splits[i], {.columns = Strings{"twice"}});
    double first = -1;
    std::size_t rows = 0;
    while (const auto chunk = reader->next()) {
      if (first < 0) first = chunk->columns[0].number_at(0);
      rows += chunk->rows;
    }
    EXPECT_EQ(first, 2.0 * 65'536 * i);
    EXPECT_EQ(rows, i < 2 ? 65'536u : 18'928u);
  }
}

TEST(RowFunctions, WorkWithAWindowAndWithRemovedRows) {
  Told told;
  const auto source =
      transformed(std::make_shared<Veiled>(large(), true, std::vector<std::int64_t>(15, 10'000)),
                  {.transforms = {{"row", ".rxStartRow + 0L"}},
                   .function_variables = {"n"},
                   .function = told.doubling(),
                   .start_row = 12'345,
                   .row_limit = 10'000});
  EXPECT_EQ(values(*source, "twice"), range(24'690, 44'690, 2));
  EXPECT_EQ(told.infos[1].start_row, 12'346);
  EXPECT_EQ(told.infos[1].rows, 7'655);
  EXPECT_EQ(told.infos[1].chunk_number, 1);

  std::vector<double> n(70'000);
  for (std::size_t i = 0; i < n.size(); ++i) n[i] = i % 3 == 0 ? kNone : static_cast<double>(i);
  Told again;
  const auto gaps = source_of(chunk_of({{"n", numbers(std::move(n))}}));
  const auto filtered = transformed(
      std::make_shared<Veiled>(gaps, true, std::vector<std::int64_t>(7, 10'000)),
      {.remove_missings_on_read = true, .function_variables = {"n"}, .function = again.doubling()});
  EXPECT_EQ(sizes(*filtered), sizes(*transformed(gaps, {.remove_missings_on_read = true})));
  EXPECT_EQ(values(*filtered, "twice").size(), 46'666u);
  EXPECT_EQ(again.infos[1].rows, 6'666);
}

TEST(RowFunctions, MayReturnNothingOrFewerRowsIfTheyGetEverything) {
  const auto nothing = [](const Chunk& rows, const ChunkInfo& info) {
    return info.chunk_number == 2 ? Chunk{} : rows;
  };
  const auto source =
      transformed(std::make_shared<Veiled>(large(100), true, std::vector<std::int64_t>{40, 40, 20}),
                  {.function = nothing});
  EXPECT_EQ(values(*source, "n").size(), 60u);

  const auto head = [](const Chunk& rows, const ChunkInfo&) {
    return slice(rows, 0, std::min<std::size_t>(rows.rows, 3));
  };
  EXPECT_EQ(values(*transformed(std::make_shared<Veiled>(large(100), true,
                                                         std::vector<std::int64_t>{40, 40, 20}),
                                {.function = head}),
                   "n"),
            (std::vector<double>{0, 1, 2, 40, 41, 42, 80, 81, 82}));
  expect_error(
      [&] { read(*transformed(large(100), {.function_variables = {"n"}, .function = head})); },
      "does not pass through it");
}

TEST(RowFunctions, SelectRowsByRxRowSelection) {
  const auto odd = [](const Chunk& rows, const ChunkInfo&) {
    std::vector<std::uint8_t> keep(rows.rows);
    for (std::size_t i = 0; i < rows.rows; ++i)
      keep[i] = static_cast<int>(rows.column("n").values<double>()[i]) % 2;
    return chunk_of({{"n", rows.column("n")},
                     {".rxRowSelection", Column::own(Type::kLogical, std::move(keep))}});
  };
  const auto source = transformed(large(10), {.function_variables = {"n"}, .function = odd});
  EXPECT_EQ(source->schema()->names(), (Strings{"n", "half"}));
  EXPECT_EQ(values(*source, "n"), (std::vector<double>{1, 3, 5, 7, 9}));
  EXPECT_EQ(values(*source, "half").size(), 5u);
}

TEST(RowFunctions, VariablesThatAreNotReturnedAreGone) {
  const auto drop = [](const Chunk& rows, const ChunkInfo&) {
    return chunk_of({{"z", rows.column("n")}});
  };
  const auto source = transformed(large(10), {.function_variables = {"n"}, .function = drop});
  EXPECT_EQ(source->schema()->names(), (Strings{"half", "z"}));
  expect_error(
      [&] {
        transformed(large(10),
                    {.row_selection = "n > 1", .function_variables = {"n"}, .function = drop});
      },
      "not found: n");
}

TEST(RowFunctions, FailuresSayWhere) {
  const auto fails = [](const Chunk& rows, const ChunkInfo& info) -> Chunk {
    if (info.chunk_number == 2) throw std::runtime_error("object 'foo' not found");
    return rows;
  };
  const auto source =
      transformed(std::make_shared<Veiled>(large(100), true, std::vector<std::int64_t>{40, 40, 20}),
                  {.function = fails});
  try {
    read(*source);
    ADD_FAILURE();
  } catch (const UserCodeError& error) {
    EXPECT_EQ(in_words_of_r(error.what()),
              "transformFunc failed on chunk 2 (rows 41 to 80): object 'foo' not found");
  }
  expect_error(
      [] {
        transformed(large(10), {.function = [](const Chunk&, const ChunkInfo&) -> Chunk {
                      throw std::runtime_error("oops");
                    }});
      },
      "transformFunc failed on the test chunk (rows 1 to 10): oops");
  EXPECT_THROW(transformed(large(10), {.function = [](const Chunk&, const ChunkInfo&) -> Chunk {
                             throw Cancelled();
                           }}),
               Cancelled);
  expect_error(
      [] {
        transformed(large(10), {.function_variables = {"m"},
                                .function = [](const Chunk& c, const ChunkInfo&) { return c; }});
      },
      "transformVars: variable not found: m");
}

// Pain 13: a change of type between chunks is an error that names the variable; a change at once is
// the new type.
TEST(RowFunctions, TypesMustNotChangeBetweenChunks) {
  const auto once = [](const Chunk& rows, const ChunkInfo&) {
    StringBuilder builder;
    for (std::size_t i = 0; i < rows.rows; ++i) builder.append("r" + std::to_string(i));
    return chunk_of({{"n", builder.finish()}});
  };
  EXPECT_EQ(transformed(large(10), {.function_variables = {"n"}, .function = once})
                ->schema()
                ->field("n")
                .type,
            Type::kString);

  const auto later = [&](const Chunk& rows, const ChunkInfo& info) {
    return info.chunk_number == 2 ? once(rows, info) : rows;
  };
  const auto source =
      transformed(std::make_shared<Veiled>(large(100), true, std::vector<std::int64_t>{40, 40, 20}),
                  {.function_variables = {"n"}, .function = later});
  expect_error([&] { read(*source); },
               "variable 'n' is character on chunk 2 (rows 41 to 80), but was numeric before");

  // Integers where numbers were announced, and nothing but missing values, are no conflict.
  const auto narrow = [](const Chunk& rows, const ChunkInfo& info) {
    if (info.chunk_number == 1)
      return chunk_of({{"n", Column::own(Type::kInt32, std::vector<std::int32_t>(rows.rows, 7))}});
    if (info.chunk_number == 2)
      return chunk_of(
          {{"n", Column::own(Type::kLogical, std::vector<std::uint8_t>(rows.rows, 0xff))}});
    return rows;
  };
  const auto widened =
      transformed(std::make_shared<Veiled>(large(100), true, std::vector<std::int64_t>{40, 40, 20}),
                  {.function_variables = {"n"}, .function = narrow});
  const auto n = values(*widened, "n");
  EXPECT_EQ(n[0], 7);
  EXPECT_NE(n[50], n[50]);
  EXPECT_EQ(n[99], 99);
}

TEST(RowFunctions, FactorsKeepTheLevelsOfTheTestChunk) {
  const auto factor = [](std::vector<std::int32_t> codes, Strings levels) {
    return chunk_of(
        {{"g", Column::own(Type::kFactor, std::move(codes), make_levels(std::move(levels)))}});
  };
  const auto reordered = [&](const Chunk& rows, const ChunkInfo& info) {
    return info.chunk_number == 2 ? factor(std::vector<std::int32_t>(rows.rows, 0), {"b", "a"})
                                  : factor(std::vector<std::int32_t>(rows.rows, 0), {"a", "b"});
  };
  const std::vector<std::int64_t> reads{4, 4, 2};
  const auto source = transformed(std::make_shared<Veiled>(large(10), true, reads),
                                  {.function_variables = {"n"}, .function = reordered});
  EXPECT_EQ(*source->schema()->field("g").levels, (Strings{"a", "b"}));
  EXPECT_EQ(values(*source, "g"), (std::vector<double>{0, 0, 0, 0, 1, 1, 1, 1, 0, 0}));
  const auto other = [&](const Chunk& rows, const ChunkInfo& info) {
    return factor(std::vector<std::int32_t>(rows.rows, 0), {info.chunk_number == 3 ? "new" : "a"});
  };
  expect_error(
      [&] {
        read(*transformed(std::make_shared<Veiled>(large(10), true, reads),
                          {.function_variables = {"n"}, .function = other}));
      },
      "has on chunk 3 (rows 9 to 10) the level 'new'");
}

// B2: for a sink new levels join the list, chunk by chunk, unless an expression looks at codes.
TEST(RowFunctions, LevelsOfFactorsMayGrow) {
  const std::vector<std::int64_t> reads{4, 4, 2};
  const auto growing = [&](const Chunk& rows, const ChunkInfo& info) {
    const Strings levels = info.chunk_number == 3 ? Strings{"new", "a"} : Strings{"a"};
    return chunk_of({{"g", Column::own(Type::kFactor, std::vector<std::int32_t>(rows.rows, 0),
                                       make_levels(levels))}});
  };
  Pipeline pipeline{.function_variables = {"n"}, .function = growing};
  const auto over = [&](const Pipeline& wanted, FunctionFactors factors) {
    return transformed(std::make_shared<Veiled>(large(10), true, reads), wanted, factors);
  };
  const auto source = over(pipeline, FunctionFactors::kGrow);
  EXPECT_EQ(*source->schema()->field("g").levels, (Strings{"a"}));
  EXPECT_EQ(values(*source, "g"), (std::vector<double>{0, 0, 0, 0, 0, 0, 0, 0, 1, 1}));
  EXPECT_EQ(*read(*source).back().column("g").levels(), (Strings{"a", "new"}));

  pipeline.transforms = {{"label", "as.character(g)"}};
  EXPECT_EQ(read(*over(pipeline, FunctionFactors::kGrow)).back().column("label").string_at(9),
            "new");
  pipeline.transforms = {{"code", "as.integer(g)"}};
  expect_error([&] { read(*over(pipeline, FunctionFactors::kGrow)); }, "the level 'new'");
  pipeline.function_levels = {{"g", {"a", "new"}}};
  EXPECT_EQ(values(*over(pipeline, FunctionFactors::kGrow), "code").back(), 2);
}

TEST(RowFunctions, GetNoRowsFromAnEmptySource) {
  Told told;
  const auto source =
      transformed(large(0), {.function_variables = {"n"}, .function = told.doubling()});
  EXPECT_EQ(told.infos.at(0).rows, 0);
  EXPECT_EQ(source->schema()->names(), (Strings{"n", "half", "twice"}));
  EXPECT_TRUE(values(*source, "twice").empty());
}

// A8: a call gets the rows that users read at a time, whatever the splits and chunks of the source.
TEST(RowFunctions, A8ACallGetsRowsPerRead) {
  const auto sizes_of = [](Pipeline pipeline, std::shared_ptr<const DataSource> source) {
    Told told;
    pipeline.function_variables = {"n"};
    pipeline.function = told.doubling();
    const auto piped = transformed(std::move(source), pipeline);
    values(*piped, "twice");
    std::vector<std::int64_t> rows;
    // Rows that come once, elsewhere, are read again after the first call.
    const std::size_t first = pipeline.reads_end_with_splits ? 2 : 1;
    for (auto i = first; i < told.infos.size(); ++i) {
      EXPECT_EQ(told.infos[i].chunk_number, static_cast<std::int64_t>(i - first + 1));
      rows.push_back(told.infos[i].rows);
    }
    return rows;
  };
  using Rows = std::vector<std::int64_t>;
  EXPECT_EQ(sizes_of({}, large()), (Rows{150'000}));
  EXPECT_EQ(sizes_of({.rows_per_read = 60'000}, large()), (Rows{60'000, 60'000, 30'000}));
  EXPECT_EQ(sizes_of({.start_row = 10, .row_limit = 100'000, .rows_per_read = 60'000}, large()),
            (Rows{60'000, 40'000}));
  EXPECT_EQ(sizes_of({.rows_per_read = 100'000, .reads_end_with_splits = true}, large()),
            (Rows{65'536, 65'536, 18'928}));
  const auto blocks = std::make_shared<Veiled>(large(), true, Rows(3, 50'000));
  EXPECT_EQ(sizes_of({}, blocks), (Rows{50'000, 50'000, 50'000}));
  EXPECT_EQ(sizes_of({.rows_per_read = 149'999}, blocks), (Rows{149'999, 1}));
}

// A4: the first rows in earnest say which variables there are; later ones must agree.
TEST(RowFunctions, A4VariablesAreThoseOfTheFirstRowsInEarnest) {
  const std::vector<std::int64_t> reads{40, 40, 20};
  const auto late = [](const Chunk& rows, const ChunkInfo& info) {
    if (info.test_chunk) return rows;
    return chunk_of({{"n", rows.column("n")}, {"m", rows.column("n")}});
  };
  const auto source = transformed(std::make_shared<Veiled>(large(100), true, reads),
                                  {.function_variables = {"n"}, .function = late});
  EXPECT_EQ(source->schema()->names(), (Strings{"n", "half", "m"}));
  EXPECT_EQ(values(*source, "m"), range(0, 100));

  const auto later = [&](const Chunk& rows, const ChunkInfo& info) {
    return info.chunk_number == 2 ? late(rows, info) : rows;
  };
  expect_error(
      [&] {
        read(*transformed(std::make_shared<Veiled>(large(100), true, reads),
                          {.function_variables = {"n"}, .function = later}));
      },
      "variable 'm' is new on chunk 2 (rows 41 to 80)");
  const auto never_again = [&](const Chunk& rows, const ChunkInfo& info) {
    return info.chunk_number == 3 ? rows : late(rows, {});
  };
  expect_error(
      [&] {
        read(*transformed(std::make_shared<Veiled>(large(100), true, reads),
                          {.function_variables = {"n"}, .function = never_again}));
      },
      "variable 'm' is missing on chunk 3 (rows 81 to 100)");
}

// Each row is given to the function once in a pass, whichever columns are asked for.
TEST(RowFunctions, TheFirstCallIsNotRepeatedByTheFirstPass) {
  for (const auto& columns : {Strings{"twice"}, {"half"}, {"n", "twice", "half"}}) {
    Told told;
    const auto source =
        transformed(std::make_shared<Veiled>(large(), true, std::vector<std::int64_t>(3, 50'000)),
                    {.function_variables = {"n"}, .function = told.doubling()});
    for (const auto calls : {4u, 7u}) {  // the test chunk, then three in each pass
      std::size_t rows = 0;
      for (const auto& chunk : read(*source, columns)) rows += chunk.rows;
      EXPECT_EQ(rows, 150'000u);
      EXPECT_EQ(told.infos.size(), calls);
    }
  }
}

// A6: new data need not have the response, nor what it is made of.
TEST(Predictions, A6TransformsOfAbsentVariablesAreLeftOut) {
  Pipeline pipeline{.transforms = {{"y2", "log(y)"}, {"ratio", "y2 / n"}, {"m", "n * 2"}},
                    .prediction = true};
  EXPECT_EQ(values(*transformed(large(10), pipeline), "m"), range(0, 20, 2));
  pipeline.prediction = false;
  expect_error([&] { transformed(large(10), pipeline); }, "variable not found: y");
}

// Recipes
// --------------------------------------------------------------------------------------------------------------

TEST(TransformRecipes, RebuildTheSameSource) {
  Told told;
  Pipeline pipeline{.remove_missings_on_read = true,
                    .transforms = {{"z", "twice * k + lookup[1] + nchar(word)"}},
                    .row_selection = "n %% 2 == 0",
                    .remove_missings = true,
                    .function_variables = {"n"},
                    .function = told.doubling(),
                    .function_language = "R",
                    .function_code = std::string("code\0\xff", 6),
                    .start_row = 5,
                    .row_limit = 70'000};
  pipeline.objects = {
      {"k", numbers({0.1})},
      {"lookup", Column::own(Type::kInt32, std::vector<std::int32_t>{7, 8})},
      {"word", strings({"caf\xe9"})},
      {"g", Column::own(Type::kFactor, std::vector<std::int32_t>{0, -1}, make_levels({"u"}))}};
  const std::vector<std::int64_t> reads{40'000, 110'000};
  const auto inner = std::make_shared<Veiled>(large(), false, reads);
  const auto source = transformed(inner, pipeline);
  const auto document = nlohmann::json::parse(source->recipe().options);
  EXPECT_EQ(document["type"], "transformed");
  EXPECT_EQ(document["source"]["type"], "veiled");

  Told elsewhere;
  const auto there = std::make_shared<Veiled>(large(), false, reads);
  const auto rebuilt = transformed_from_json(
      document,
      [&](const nlohmann::json& d) -> SourcePtr {
        EXPECT_EQ(d["type"], "veiled");
        return there;
      },
      [&](const std::string& language, const Bytes& code) {
        EXPECT_EQ(language, "R");
        EXPECT_EQ(code, std::string("code\0\xff", 6));
        return elsewhere.doubling();
      });
  EXPECT_TRUE(elsewhere.infos.empty());  // neither a dry run
  EXPECT_TRUE(there->opened.empty());    // nor counting
  EXPECT_EQ(values(*rebuilt, "z"), values(*source, "z"));
  EXPECT_EQ(rebuilt->recipe().options, source->recipe().options);
  expect_error(
      [&] {
        transformed_from_json(document, [&](const nlohmann::json&) -> SourcePtr { return there; },
                              {});
      },
      "cannot run functions of R");
}

TEST(TransformRecipes, DamagedOnesAreErrors) {
  const auto make = [](const nlohmann::json&) { return small(); };
  for (
      const auto* text :
      {R"({})", R"({"pipeline": 1, "source": {}})", R"({"pipeline": {"zzz": 1}, "source": {}})",
       R"({"pipeline": {"objects": {"a": {"type": "float64", "data": "AAA="}}}, "source": {}})",
       R"({"pipeline": {"objects": {"a": {"type": "string", "data": "////////"}}}, "source": {}})",
       R"({"pipeline": {"objects": {"a": {"type": "factor", "data": "BQAAAA==", "levels": "AAAAAAAAAAA="}}}, "source": {}})",
       R"({"pipeline": {"transforms": [1]}, "source": {}})",
       R"({"pipeline": {}, "source": {}, "rowsOfSplits": [-1]})"})
    EXPECT_THROW(transformed_from_json(nlohmann::json::parse(text), make, {}), DataError) << text;
  const Pipeline local{.function = [](const Chunk& c, const ChunkInfo&) { return c; }};
  EXPECT_THROW(pipeline_to_json(local), Unsupported);
}

}  // namespace
}  // namespace insitu
