#include "shaping/key_codec.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>

#include "base/error.hpp"

namespace insitu {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();

Field field(const char* name, Type type, Levels levels = nullptr) {
  Field f;
  f.name = name;
  f.type = type;
  f.levels = std::move(levels);
  return f;
}

Chunk chunk_of(std::vector<Field> fields, std::vector<Column> columns) {
  Chunk chunk;
  chunk.rows = columns.front().size();
  chunk.schema = std::make_shared<const Schema>(std::move(fields));
  chunk.columns = std::move(columns);
  return chunk;
}

template <class T>
Chunk numbers(Type type, std::vector<T> values) {
  return chunk_of({field("x", type)}, {Column::own(type, std::move(values))});
}

std::vector<std::string> keys_of(const Chunk& chunk, const std::vector<std::string>& columns) {
  const auto encoded = KeyCodec(*chunk.schema, columns).encode(chunk);
  std::vector<std::string> keys;
  for (std::size_t i = 0; i < encoded.size(); ++i) keys.emplace_back(encoded[i]);
  return keys;
}

/// The rows are listed in the order that their keys must have, each different from the others.
void expect_rising(const Chunk& chunk) {
  const auto keys = keys_of(chunk, {"x"});
  for (std::size_t i = 1; i < keys.size(); ++i) EXPECT_LT(keys[i - 1], keys[i]) << "row " << i;
}

TEST(KeyCodec, OrdersNumbersBySizeAndMissingValuesLast) {
  expect_rising(numbers<double>(
      Type::kFloat64, {-kInf, -1e300, -2.5, -1e-310, 0, 5e-324, 1, 1.5, 1e300, kInf, kNaN}));
  expect_rising(numbers<float>(
      Type::kFloat32, {-3.f, -0.5f, 0.f, 0.25f, 7.f, std::numeric_limits<float>::quiet_NaN()}));
  expect_rising(numbers<std::int64_t>(
      Type::kInt64,
      {std::numeric_limits<std::int64_t>::min() + 1, -1, 0, 9007199254740992, 9007199254740993,
       std::numeric_limits<std::int64_t>::max(), std::numeric_limits<std::int64_t>::min()}));
  expect_rising(
      numbers<std::int32_t>(Type::kInt32, {-2147483647, -256, -255, -1, 0, 1, 255, 256, 2147483647,
                                           std::numeric_limits<std::int32_t>::min()}));
  expect_rising(numbers<std::int16_t>(Type::kInt16, {-32767, -1, 0, 32767, -32768}));
  expect_rising(numbers<std::uint16_t>(Type::kUInt16, {0, 1, 40000, 65534, 65535}));
  expect_rising(numbers<std::uint8_t>(Type::kLogical, {0, 1, 0xff}));
  expect_rising(numbers<double>(Type::kDate, {-719162, -1, 0, 20000, kNaN}));
}

TEST(KeyCodec, OrdersTextsByTheirBytes) {
  StringBuilder builder;
  const std::string zero("a\0", 2), zero_one("a\0\1", 3);
  for (const auto& text : {std::string(), std::string("a"), zero, zero_one, std::string("aa"),
                           std::string("b"), std::string("\xc3\xa9"), std::string("\xff")})
    builder.append(text);
  builder.append_missing();
  expect_rising(chunk_of({field("x", Type::kString)}, {builder.finish()}));
}

TEST(KeyCodec, OrdersFactorsByTheirLevels) {
  const auto levels = make_levels({"z", "a", "m"});
  expect_rising(
      chunk_of({field("x", Type::kFactor, levels)},
               {Column::own(Type::kFactor, std::vector<std::int32_t>{0, 1, 2, -1}, levels)}));
}

TEST(KeyCodec, PutsEqualValuesInOneGroup) {
  const auto zeros = keys_of(numbers<double>(Type::kFloat64, {0.0, -0.0}), {"x"});
  EXPECT_EQ(zeros[0], zeros[1]);
  const auto missing = keys_of(numbers<double>(Type::kFloat64, {kNaN, -kNaN}), {"x"});
  EXPECT_EQ(missing[0], missing[1]);
  const auto codes = keys_of(
      chunk_of({field("x", Type::kFactor, make_levels({"a"}))},
               {Column::own(Type::kFactor, std::vector<std::int32_t>{-1, -7}, make_levels({"a"}))}),
      {"x"});
  EXPECT_EQ(codes[0], codes[1]);
}

TEST(KeyCodec, CountsTheFirstVariableFirst) {
  StringBuilder builder;
  for (const auto* text : {"", "b", "a", "b"}) builder.append(text);
  const auto chunk = chunk_of(
      {field("s", Type::kString), field("n", Type::kInt32)},
      {builder.finish(), Column::own(Type::kInt32, std::vector<std::int32_t>{9, 2, 5, 1})});
  const auto by_text = keys_of(chunk, {"s", "n"});
  EXPECT_LT(by_text[0], by_text[2]);
  EXPECT_LT(by_text[2], by_text[3]);
  EXPECT_LT(by_text[3], by_text[1]);
  const auto by_number = keys_of(chunk, {"n", "s"});
  EXPECT_LT(by_number[3], by_number[1]);
  EXPECT_LT(by_number[1], by_number[2]);
  EXPECT_LT(by_number[2], by_number[0]);
}

TEST(KeyCodec, DecodesWhatItEncodes) {
  std::mt19937 random(7);
  const auto levels = make_levels({"u", "v", "w"});
  const std::size_t rows = 500;
  StringBuilder builder;
  std::vector<double> x;
  std::vector<std::int64_t> i;
  std::vector<std::int32_t> f;
  std::vector<std::uint8_t> b;
  for (std::size_t row = 0; row < rows; ++row) {
    if (random() % 5 == 0) {
      builder.append_missing();
    } else {
      std::string text;
      for (auto n = random() % 9; n > 0; --n) text += static_cast<char>(random() % 4);
      builder.append(text);
    }
    x.push_back(random() % 7 ? std::ldexp(static_cast<double>(random()) - 2e9, -40) : kNaN);
    i.push_back(random() % 7 ? static_cast<std::int64_t>(random()) * 2000000011
                             : std::numeric_limits<std::int64_t>::min());
    f.push_back(static_cast<std::int32_t>(random() % 4) - 1);
    b.push_back(static_cast<std::uint8_t>(random() % 3 == 2 ? 0xff : random() % 2));
  }
  const std::vector<Field> fields{field("s", Type::kString), field("x", Type::kFloat64),
                                  field("i", Type::kInt64), field("f", Type::kOrdered, levels),
                                  field("b", Type::kLogical)};
  const auto chunk = chunk_of(
      fields, {builder.finish(), Column::own(Type::kFloat64, x), Column::own(Type::kInt64, i),
               Column::own(Type::kOrdered, f, levels), Column::own(Type::kLogical, b)});
  const KeyCodec codec(*chunk.schema, {"s", "x", "i", "f", "b"});
  const auto back = codec.decode(keys_of(chunk, {"s", "x", "i", "f", "b"}));
  ASSERT_EQ(back.rows, rows);
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t c = 0; c < fields.size(); ++c) {
      ASSERT_EQ(back.columns[c].is_missing(row), chunk.columns[c].is_missing(row)) << c;
      if (chunk.columns[c].is_missing(row)) continue;
      if (c == 0)
        ASSERT_EQ(back.columns[c].string_at(row), chunk.columns[c].string_at(row));
      else if (c == 2)
        ASSERT_EQ(back.columns[c].values<std::int64_t>()[row], i[row]);
      else
        ASSERT_EQ(back.columns[c].number_at(row), chunk.columns[c].number_at(row));
    }
  }
}

TEST(KeyCodec, RefusesWrongNamesCodesAndBytes) {
  const auto levels = make_levels({"a", "b"});
  const Schema schema({field("x", Type::kFactor, levels), field("s", Type::kString)});
  EXPECT_THROW(KeyCodec(schema, {}), InvalidArgument);
  EXPECT_THROW(KeyCodec(schema, {"y"}), InvalidArgument);
  EXPECT_THROW(KeyCodec(schema, {"x", "x"}), InvalidArgument);
  EXPECT_THROW(KeyCodec(Schema({field("x", Type::kFactor)}), {"x"}), DataError);
  const KeyCodec codec(schema, {"x", "s"});
  const auto wrong = chunk_of({field("x", Type::kFactor, levels)},
                              {Column::own(Type::kFactor, std::vector<std::int32_t>{2}, levels)});
  EXPECT_THROW(KeyCodec(schema, {"x"}).encode(wrong), DataError);
  EXPECT_THROW(KeyCodec(schema, {"x"}).encode(numbers<double>(Type::kFloat64, {1})), DataError);
  // Every key cut short, made longer, or with a byte changed decodes to something or throws.
  const std::string good("\0\x80\0\0\1\0hi\0\0", 10);
  EXPECT_EQ(codec.decode({good}).columns[1].string_at(0), "hi");
  for (std::size_t size = 0; size < good.size(); ++size)
    EXPECT_THROW(codec.decode({good.substr(0, size)}), DataError);
  EXPECT_THROW(codec.decode({good + "x"}), DataError);
  EXPECT_THROW(codec.decode({std::string("\0\x80\0\0\2\0hi\0\0", 10)}), DataError);
  EXPECT_THROW(codec.decode({std::string("\2\x80\0\0\1\0hi\0\0", 10)}), DataError);
  EXPECT_THROW(codec.decode({std::string("\0\x80\0\0\1\0hi\0\1", 10)}), DataError);
}

}  // namespace
}  // namespace insitu
