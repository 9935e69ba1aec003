#include "data/chunk.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "data/chunk_cutter.hpp"

namespace insitu {
namespace {

Chunk counted(std::size_t begin, std::size_t rows) {
  static const auto kSchema = std::make_shared<const Schema>(std::vector<Field>{{.name = "x"}});
  std::vector<double> x;
  for (std::size_t i = 0; i < rows; ++i) x.push_back(static_cast<double>(begin + i));
  return {kSchema,
          {Column::own(Type::kFloat64, std::move(x))},
          rows,
          {.split = 3,
           .first_row = static_cast<std::int64_t>(begin),
           .source_rows = static_cast<std::int64_t>(rows)}};
}

TEST(Chunk, ASliceKnowsItsFirstRow) {
  const auto part = slice(counted(100, 10), 4, 3);
  EXPECT_EQ(part.rows, 3u);
  EXPECT_EQ(part.from.first_row, 104);
  EXPECT_EQ(part.from.source_rows, 3);
  EXPECT_EQ(part.from.split, 3u);
  EXPECT_EQ(part.column("x").values<double>()[0], 104);
}

TEST(Chunk, ASelectionStillCountsTheRowsItStemsFrom) {
  const std::vector<std::uint32_t> rows = {9, 0};
  const auto part = take(counted(0, 10), rows);
  EXPECT_EQ(part.rows, 2u);
  EXPECT_EQ(part.from.source_rows, 10);
  EXPECT_EQ(part.column("x").values<double>()[0], 9);
}

TEST(Chunk, AnUnknownColumnIsNamedWithANearOne) {
  const auto schema = std::make_shared<const Schema>(std::vector<Field>{{.name = "ArrDelay"}});
  const Chunk chunk{schema, {Column::own<double>(Type::kFloat64, {1})}, 1, {}};
  try {
    chunk.column("ArrDelai");
    FAIL();
  } catch (const InvalidArgument& failure) {
    EXPECT_NE(std::string(failure.what()).find("did you mean ArrDelay"), std::string::npos)
        << failure.what();
  }
}

TEST(Schema, NamesAreUnique) {
  EXPECT_THROW(Schema({{.name = "a"}, {.name = "a"}}), DataError);
  EXPECT_EQ(Schema({{.name = "a"}, {.name = "A"}}).index("A"), 1u);
}

TEST(ChunkCutter, CutsPiecesOfAnySizeIntoChunksOfOneSize) {
  for (const std::size_t size : {1000u, 32768u, 50000u, 100000u}) {
    ChunkCutter cutter;
    std::size_t row = 0;
    const auto check = [&](const Chunk& chunk) {
      for (const auto x : chunk.columns[0].values<double>())
        ASSERT_EQ(x, static_cast<double>(row++));
    };
    for (std::size_t begin = 0; begin < 200000; begin += size) {
      cutter.add(counted(begin, std::min(size, 200000 - begin)));
      while (const auto chunk = cutter.take_full()) {
        EXPECT_EQ(chunk->rows, kRowsPerChunk);
        check(*chunk);
      }
    }
    const auto rest = cutter.take_rest();
    ASSERT_TRUE(rest);
    EXPECT_EQ(rest->rows, 200000 % kRowsPerChunk);
    check(*rest);
    EXPECT_FALSE(cutter.take_rest());
    EXPECT_EQ(row, 200000u);
  }
}

TEST(ChunkCutter, RowsOfOtherColumnsAreRefused) {
  ChunkCutter cutter;
  cutter.add(counted(0, 5));
  auto other = counted(5, 5);
  other.columns[0] = Column::own<std::int32_t>(Type::kInt32, {1, 2, 3, 4, 5});
  EXPECT_THROW(cutter.add(other), DataError);
  other.columns.clear();
  EXPECT_THROW(cutter.add(other), DataError);
}

}  // namespace
}  // namespace insitu
