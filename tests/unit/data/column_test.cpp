#include "data/column.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "data/chunk.hpp"

namespace insitu {
namespace {

Column texts() {
  StringBuilder builder;
  for (const auto* text : {"a", "", "ccc"}) builder.append(text);
  builder.append_missing();
  builder.append("é");
  return builder.finish();
}

TEST(Column, MissingValuesAreInPlaceAndReadAsNaN) {
  const auto expect = [](const Column& column) {
    EXPECT_FALSE(column.is_missing(0));
    EXPECT_TRUE(column.is_missing(1));
    EXPECT_EQ(column.number_at(0), 1);
    EXPECT_TRUE(std::isnan(column.number_at(1)));
    double out[2];
    column.numbers(out);
    EXPECT_EQ(out[0], 1);
    EXPECT_TRUE(std::isnan(out[1]));
  };
  expect(Column::own<std::uint8_t>(Type::kLogical, {1, 0xff}));
  expect(Column::own<std::int16_t>(Type::kInt16, {1, -32768}));
  expect(Column::own<std::uint16_t>(Type::kUInt16, {1, 65535}));
  expect(Column::own<std::int32_t>(Type::kInt32, {1, missing_value<std::int32_t>()}));
  expect(Column::own<std::int64_t>(Type::kInt64, {1, missing_value<std::int64_t>()}));
  expect(Column::own<float>(Type::kFloat32, {1, NAN}));
  expect(Column::own<double>(Type::kFloat64, {1, -NAN}));
  expect(Column::own<double>(Type::kDate, {1, NAN}));
  expect(Column::own<std::int32_t>(Type::kFactor, {1, -1}, make_levels({"a", "b"})));
}

TEST(Column, AStringCanBeEmptyWithoutBeingMissing) {
  const auto column = texts();
  EXPECT_FALSE(column.is_missing(1));
  EXPECT_TRUE(column.is_missing(3));
  EXPECT_EQ(column.string_at(3), "");
  double out[5];
  EXPECT_THROW(column.numbers(out), InvalidArgument);
}

TEST(Column, ASliceOfASliceLooksAtTheSameMemory) {
  const auto column = texts();
  const auto part = column.slice(1, 4).slice(1, 2);
  EXPECT_EQ(part.string_at(0), "ccc");
  EXPECT_TRUE(part.is_missing(1));
  EXPECT_EQ(part.string_bytes(), column.string_bytes());
  const auto numbers = Column::own<double>(Type::kFloat64, {0, 1, 2, 3});
  EXPECT_EQ(numbers.slice(1, 3).slice(2, 1).values<double>()[0], 3);
}

TEST(Column, TakeGivesTheListedRowsInTheirOrder) {
  const std::vector<std::uint32_t> rows = {4, 3, 0, 0};
  const auto part = texts().take(rows);
  EXPECT_EQ(part.string_at(0), "é");
  EXPECT_TRUE(part.is_missing(1));
  EXPECT_EQ(part.string_at(3), "a");
  const auto levels = make_levels({"a", "b"});
  const auto codes = Column::own<std::int32_t>(Type::kFactor, {0, 1, -1, 0, 1}, levels).take(rows);
  EXPECT_EQ(codes.levels(), levels);
  EXPECT_EQ(codes.values<std::int32_t>()[0], 1);
}

TEST(Column, ConcatenationIsInverseToSlicing) {
  const auto column = texts();
  const std::vector<Column> parts = {column.slice(0, 2), column.slice(2, 0), column.slice(2, 3)};
  const auto whole = concatenate(parts);
  ASSERT_EQ(whole.size(), 5u);
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(whole.string_at(i), column.string_at(i));
    EXPECT_EQ(whole.is_missing(i), column.is_missing(i));
  }
}

TEST(StringBuilder, ValidityIsRightAtEveryPositionOfTheFirstMissing) {
  for (std::size_t missing = 0; missing < 20; ++missing) {
    StringBuilder builder;
    for (std::size_t i = 0; i < 20; ++i)
      i == missing ? builder.append_missing() : builder.append("x");
    const auto column = builder.finish();
    for (std::size_t i = 0; i < 20; ++i)
      EXPECT_EQ(column.is_missing(i), i == missing) << missing << ", " << i;
  }
}

TEST(StringBuilder, CanBeUsedAgainAfterFinish) {
  StringBuilder builder;
  builder.append_missing();
  builder.finish();
  builder.append("again");
  const auto column = builder.finish();
  EXPECT_EQ(column.size(), 1u);
  EXPECT_EQ(column.string_at(0), "again");
  EXPECT_TRUE(column.all_strings_valid());
}

}  // namespace
}  // namespace insitu
