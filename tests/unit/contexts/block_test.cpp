#include "contexts/block.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <random>

#include "base/error.hpp"

namespace insitu {
namespace {

Chunk every_type(std::size_t repeats = 1) {
  std::vector<Field> fields;
  std::vector<Column> columns;
  const auto add = [&](Column column, Field field = {}) {
    field.name = "v" + std::to_string(fields.size());
    field.type = column.type();
    fields.push_back(std::move(field));
    std::vector<Column> parts(repeats, column);
    columns.push_back(concatenate(parts));
  };
  const auto levels = make_levels({"low", "", "high"});
  add(Column::own<std::uint8_t>(Type::kLogical, {1, 0xff, 0}));
  add(Column::own<std::int16_t>(Type::kInt16, {1, missing_value<std::int16_t>(), -3}));
  add(Column::own<std::uint16_t>(Type::kUInt16, {1, 65535, 3}));
  add(Column::own<std::int32_t>(Type::kInt32, {1, missing_value<std::int32_t>(), 3}),
      {.low = 1, .description = "counts"});
  add(Column::own<std::int64_t>(Type::kInt64, {1LL << 60, missing_value<std::int64_t>(), 3}));
  add(Column::own<float>(Type::kFloat32, {0.1f, NAN, 3}));
  add(Column::own<double>(Type::kFloat64, {0.1, NAN, -0.0}));
  StringBuilder builder;
  builder.append("é");
  builder.append_missing();
  builder.append("");
  add(builder.finish());
  add(Column::own<std::int32_t>(Type::kFactor, {2, -1, 0}, levels), {.levels = levels});
  add(Column::own<std::int32_t>(Type::kOrdered, {0, -1, 1}, levels));
  add(Column::own<double>(Type::kDate, {19000, NAN, -1}));
  add(Column::own<double>(Type::kDateTime, {1.7e9, NAN, -0.5}), {.time_zone = "Asia/Shanghai"});
  const auto rows = 3 * repeats;
  return {std::make_shared<const Schema>(std::move(fields)), std::move(columns), rows, {}};
}

void expect_same(const Chunk& a, const Chunk& b) {
  ASSERT_EQ(a.rows, b.rows);
  ASSERT_EQ(a.columns.size(), b.columns.size());
  for (std::size_t c = 0; c < a.columns.size(); ++c) {
    const auto &x = a.columns[c], &y = b.columns[c];
    ASSERT_EQ(x.type(), y.type());
    EXPECT_EQ((*a.schema)[c].name, (*b.schema)[c].name);
    if (x.levels()) {
      EXPECT_EQ(*x.levels(), *y.levels());
    }
    for (std::size_t i = 0; i < a.rows; ++i) {
      if (x.type() == Type::kString) {
        EXPECT_EQ(x.is_missing(i), y.is_missing(i));
        EXPECT_EQ(x.string_at(i), y.string_at(i));
      }
    }
    if (x.type() != Type::kString) {
      EXPECT_EQ(
          std::memcmp(x.data(), y.data(), a.rows * static_cast<std::size_t>(type_width(x.type()))),
          0)
          << c;
    }
  }
}

TEST(Block, EveryTypeComesBackToTheBit) {
  const auto chunk = every_type();
  const auto bytes = encode_block(chunk, *chunk.schema);
  const auto copy = decode_block(bytes, chunk.schema);
  expect_same(chunk, copy);
  EXPECT_EQ(copy.schema, chunk.schema);
  expect_same(chunk, decode_block(encode_block(chunk, Schema()), nullptr));
}

TEST(Block, SlicesAndEmptyChunksComeBack) {
  const auto chunk = every_type(5);
  for (const auto& [begin, rows] :
       {std::pair<std::size_t, std::size_t>{4, 7}, {0, 1}, {15, 0}, {8, 1}}) {
    const auto part = slice(chunk, begin, rows);
    expect_same(part, decode_block(encode_block(part, *part.schema), part.schema));
  }
  const Chunk none{std::make_shared<const Schema>(), {}, 12, {}};
  EXPECT_EQ(decode_block(encode_block(none, Schema()), none.schema).rows, 12u);
}

TEST(Block, DeclaredLevelsAreNotSent) {
  const auto levels = make_levels(std::vector<std::string>{std::string(10000, 'a'), "b"});
  const auto schema = std::make_shared<const Schema>(
      std::vector<Field>{{.name = "f", .type = Type::kFactor, .levels = levels}});
  const Chunk chunk{schema, {Column::own<std::int32_t>(Type::kFactor, {1}, levels)}, 1, {}};
  const auto bytes = encode_block(chunk, *schema);
  EXPECT_LT(bytes.size(), 100u);
  EXPECT_EQ(decode_block(bytes, schema).columns[0].levels(), levels);
  EXPECT_THROW(decode_block(bytes, nullptr), DataError);
  EXPECT_GT(encode_block(chunk, Schema()).size(), 10000u);
}

TEST(Block, ABitmapOfAnotherHostMarksMissingNumbers) {
  const Chunk chunk{std::make_shared<const Schema>(std::vector<Field>{{.name = "x"}}),
                    {Column::own<double>(Type::kFloat64, {1, 2})},
                    2,
                    {}};
  auto bytes = encode_block(chunk, Schema());
  bytes[17] = 1;                                         // the column's flags: has a bitmap
  bytes.insert(48, std::string("\2\0\0\0\0\0\0\0", 8));  // after the name
  const auto copy = decode_block(bytes, nullptr);
  EXPECT_TRUE(copy.columns[0].is_missing(0));
  EXPECT_EQ(copy.columns[0].number_at(1), 2);
}

TEST(Block, EveryTruncationIsAnError) {
  const auto chunk = every_type();
  const auto bytes = encode_block(chunk, Schema());
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_THROW(decode_block(bytes.substr(0, size), nullptr), DataError) << size;
  EXPECT_THROW(decode_block(bytes + std::string(8, '\0'), nullptr), DataError);
}

TEST(Block, DamagedBytesAreRefusedOrHarmless) {
  const auto chunk = every_type();
  const auto bytes = encode_block(chunk, Schema());
  std::mt19937 random(2);
  std::vector<double> out(64);
  for (int round = 0; round < 20000; ++round) {
    auto damaged = bytes;
    for (std::uint32_t flips = 0; flips < 1 + round % 4u; ++flips)
      damaged[random() % (round % 2 ? damaged.size() : 320)] = static_cast<char>(random());
    try {
      const auto copy = decode_block(damaged, nullptr);
      for (std::size_t c = 0; c < copy.columns.size(); ++c)
        for (std::size_t i = 0; i < copy.rows; ++i) {
          const auto& column = copy.columns[c];
          if (column.type() == Type::kString) {
            EXPECT_LE(column.string_at(i).size(), bytes.size());
          } else if (is_factor(column.type()) && !column.is_missing(i)) {
            EXPECT_LT(static_cast<std::size_t>(column.number_at(i)), column.levels()->size());
          }
        }
    } catch (const DataError&) {
    }
  }
}

}  // namespace
}  // namespace insitu
