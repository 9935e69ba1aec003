#include "data/frame_source.hpp"

#include <gtest/gtest.h>

#include <numeric>

#include "base/error.hpp"
#include "data/schema_json.hpp"

namespace insitu {
namespace {

const auto kSchema = std::make_shared<const Schema>(
    std::vector<Field>{{.name = "x", .type = Type::kFloat64}, {.name = "i", .type = Type::kInt32}});

Chunk rows(std::int32_t begin, std::size_t count) {
  std::vector<double> x(count);
  std::vector<std::int32_t> i(count);
  std::iota(x.begin(), x.end(), begin);
  std::iota(i.begin(), i.end(), begin);
  return {kSchema,
          {Column::own(Type::kFloat64, std::move(x)), Column::own(Type::kInt32, std::move(i))},
          count,
          {}};
}

FrameSource pieces(std::initializer_list<std::size_t> sizes) {
  std::vector<Chunk> chunks;
  std::int32_t begin = 0;
  for (const auto size : sizes) {
    chunks.push_back(rows(begin, size));
    begin += static_cast<std::int32_t>(size);
  }
  return {kSchema, std::move(chunks), "mtcars"};
}

/// Reads everything and checks numbers, sizes and provenance on the way.
void expect_all_rows(const FrameSource& source, std::size_t total) {
  std::size_t row = 0;
  for (const auto& split : source.splits()) {
    EXPECT_EQ(split.begin, row);
    const auto reader = source.open(split, {.columns = std::vector<std::string>{"i", "x"}});
    std::uint64_t number = 0;
    while (const auto chunk = reader->next()) {
      EXPECT_EQ(chunk->from.split, split.index);
      EXPECT_EQ(chunk->from.chunk_in_split, number++);
      EXPECT_EQ(chunk->from.first_row, static_cast<std::int64_t>(row));
      EXPECT_EQ(chunk->from.source_rows, static_cast<std::int64_t>(chunk->rows));
      if (row + chunk->rows < split.end) {
        EXPECT_EQ(chunk->rows, kRowsPerChunk);
      }
      for (std::size_t i = 0; i < chunk->rows; ++i, ++row) {
        ASSERT_EQ(chunk->column("i").values<std::int32_t>()[i], static_cast<std::int32_t>(row));
        ASSERT_EQ(chunk->column("x").values<double>()[i], static_cast<double>(row));
      }
    }
    EXPECT_EQ(row, split.end);
  }
  EXPECT_EQ(row, total);
  EXPECT_EQ(source.row_count(), static_cast<std::int64_t>(total));
}

TEST(FrameSource, EveryRowComesOnceInChunksOfOneSizeWhateverThePieces) {
  expect_all_rows(pieces({}), 0);
  expect_all_rows(pieces({1}), 1);
  expect_all_rows(pieces({200000}), 200000);
  expect_all_rows(pieces({70000, 1, 0, 30000, 0, 60000, 39999}), 200000);
  expect_all_rows(pieces({0, 32768, 32768, 65536}), 131072);
}

TEST(FrameSource, PiecesThatFitAreNotCopied) {
  const auto chunk = rows(0, 100000);
  const FrameSource source(kSchema, {chunk});
  const auto splits = source.splits();
  ASSERT_EQ(splits.size(), 2u);
  const auto reader = source.open(splits[1], {});
  EXPECT_EQ(reader->next()->columns[0].data(), chunk.columns[0].values<double>().data() + 65536);
}

TEST(FrameSource, UnknownColumnsAndForeignSplitsAreRefused) {
  const auto source = pieces({10});
  EXPECT_THROW(source.open({0, 0, 10}, {.columns = std::vector<std::string>{"z"}}),
               InvalidArgument);
  EXPECT_THROW(source.open({0, 0, 11}, {}), DataError);
  EXPECT_THROW(source.open({0, 5, 4}, {}), DataError);
}

TEST(FrameSource, PiecesOfOtherShapeAreRefused) {
  auto chunk = rows(0, 10);
  chunk.columns[1] = Column::own<std::int32_t>(Type::kInt32, {1});
  EXPECT_THROW(FrameSource(kSchema, {chunk}), DataError);
  chunk.columns[1] = Column::own(Type::kFloat64, std::vector<double>(10));
  EXPECT_THROW(FrameSource(kSchema, {chunk}), DataError);
  chunk.columns.pop_back();
  EXPECT_THROW(FrameSource(kSchema, {chunk}), DataError);
}

TEST(FrameSource, FactorsOfPiecesWithOtherLevelsAreJoinedByName) {
  const auto schema =
      std::make_shared<const Schema>(std::vector<Field>{{.name = "f", .type = Type::kFactor}});
  const Chunk a{
      schema, {Column::own<std::int32_t>(Type::kFactor, {0, 1}, make_levels({"u", "v"}))}, 2, {}};
  const Chunk b{schema,
                {Column::own<std::int32_t>(Type::kFactor, {0, -1, 1}, make_levels({"w", "u"}))},
                3,
                {}};
  const FrameSource source(schema, {a, b});
  const auto chunk = source.open(source.splits()[0], {})->next();
  EXPECT_EQ(*chunk->columns[0].levels(), (std::vector<std::string>{"u", "v", "w"}));
  const auto codes = chunk->columns[0].values<std::int32_t>();
  EXPECT_EQ(std::vector<std::int32_t>(codes.begin(), codes.end()),
            (std::vector<std::int32_t>{0, 1, 2, -1, 0}));
}

TEST(SchemaJson, ReadsWhatItWrote) {
  const Schema schema(
      {{.name = "a \"b\" é", .type = Type::kOrdered, .levels = make_levels({"x", ""})},
       {.name = "n",
        .type = Type::kInt16,
        .low = -1.5,
        .high = 1e300,
        .description = "d",
        .value_codes = {"1"},
        .value_labels = {"one"}},
       {.name = "t", .type = Type::kDateTime, .time_zone = "Asia/Shanghai"}});
  const auto copy = schema_from_json(schema_to_json(schema));
  EXPECT_EQ(schema_to_json(*copy), schema_to_json(schema));
  EXPECT_EQ(*(*copy)[0].levels, *schema[0].levels);
  EXPECT_EQ((*copy)[1].high, 1e300);
  EXPECT_EQ((*copy)[2].time_zone, "Asia/Shanghai");
}

TEST(SchemaJson, AnythingElseIsRefused) {
  for (const auto* text : {"", "{}", "[1]", R"([{"name":"a"}])", R"([{"name":1,"type":"numeric"}])",
                           R"([{"name":"a","type":"numeric","valueCodes":["1"]}])",
                           R"([{"name":"a","type":"numeric"},{"name":"a","type":"numeric"}])"})
    EXPECT_THROW(schema_from_json(text), DataError) << text;
  EXPECT_THROW(schema_from_json(R"([{"name":"a","type":"numbers"}])"), InvalidArgument);
  EXPECT_THROW(schema_to_json(Schema({{.name = "\xff"}})), DataError);
}

}  // namespace
}  // namespace insitu
