#include "sources/text/numbers.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>

#include "sources/text/columns.hpp"

namespace insitu {
namespace {

const TextDialect kPlain;

TEST(TextNumbers, DecimalsAreRoundedCorrectly) {
  std::mt19937_64 random(11);
  for (int i = 0; i < 200000; ++i) {
    std::string text;
    switch (i % 4) {
      case 0:
        text = std::to_string(random() % 100000000) + "." + std::to_string(random() % 1000000000);
        break;
      case 1:
        text = "-0.000" + std::to_string(random() % 10000000000);
        break;
      case 2:
        text = std::to_string(random()) + "e-" + std::to_string(random() % 40);
        break;
      default: {
        char digits[64];
        const auto value = std::bit_cast<float>(static_cast<std::uint32_t>(random()));
        if (!std::isfinite(value)) continue;
        std::snprintf(digits, sizeof digits, "%.9g", static_cast<double>(value));
        text = digits;
      }
    }
    double number = 0;
    float single = 0;
    ASSERT_TRUE(parse_float64(text, kPlain, number)) << text;
    ASSERT_TRUE(parse_float32(text, kPlain, single)) << text;
    // The C library rounds correctly (glibc manual, "Parsing of Floats").
    ASSERT_EQ(std::bit_cast<std::uint64_t>(number),
              std::bit_cast<std::uint64_t>(std::strtod(text.c_str(), nullptr)))
        << text;
    ASSERT_EQ(std::bit_cast<std::uint32_t>(single),
              std::bit_cast<std::uint32_t>(std::strtof(text.c_str(), nullptr)))
        << text;
  }
}

TEST(TextNumbers, Float32IsNotRoundedTwice) {
  // Just above the middle of two floats: rounded to double first, it would lie on the middle and go
  // to the even one.
  const char* text = "1.00000005960464477540";
  float value = 0;
  ASSERT_TRUE(parse_float32(text, kPlain, value));
  EXPECT_EQ(value, std::strtof(text, nullptr));
  EXPECT_NE(value, static_cast<float>(std::strtod(text, nullptr)));
}

TEST(TextNumbers, ColumnsAgreeWithTheLongWay) {
  // The common spellings take a short cut in the column's reader.
  std::mt19937_64 random(5);
  const TextMeaning meaning{kPlain, "NA", TimePattern("d", "%y", 20), TimePattern("t", "%y", 20)};
  for (const auto type : {Type::kFloat32, Type::kFloat64, Type::kInt32}) {
    TextColumn column;
    column.field.type = type;
    const auto reader = make_text_column_reader(column, meaning);
    for (int i = 0; i < 50000; ++i) {
      auto text = std::to_string(static_cast<std::int64_t>(random() % 2000000) - 1000000);
      if (type != Type::kInt32)
        text += "." + std::to_string(random() % (i % 2 ? 1000 : 10000000000));
      const FieldSpan span{text.data(), text.data() + text.size()};
      reader->begin(1);
      reader->append(&span, 1);
      const auto value = reader->finish();
      if (type == Type::kFloat32) {
        ASSERT_EQ(value.values<float>()[0], std::strtof(text.c_str(), nullptr)) << text;
      } else {
        ASSERT_EQ(value.number_at(0), std::strtod(text.c_str(), nullptr)) << text;
      }
    }
  }
}

TEST(TextNumbers, OnlyWholeTextsAreNumbers) {
  double number = 0;
  for (const char* text : {"", " ", "-", "+", ".", "e5", "1e", "1 2", "0x10", "1,5", "--1", "+-1",
                           "1f", "nanx", "in", "1.2.3",
                           "\xe2\x88\x92"
                           "1"})
    EXPECT_FALSE(parse_float64(text, kPlain, number)) << text;
  for (const char* text :
       {"1", "1.", ".5", "+1", " 1 ", "1E5", "1e+5", "-0", "000000000000000000000000000001"})
    EXPECT_TRUE(parse_float64(text, kPlain, number)) << text;
  std::int64_t whole = 0;
  for (const char* text : {"", "-", "1.0", "9223372036854775808", "1e3", "+-1"})
    EXPECT_FALSE(parse_whole(text, kPlain, whole)) << text;
  EXPECT_TRUE(parse_whole("-9223372036854775808", kPlain, whole));
  EXPECT_TRUE(parse_whole("+7", kPlain, whole));
  EXPECT_EQ(whole, 7);
}

TEST(TextNumbers, TooLargeIsInfiniteAndTooSmallIsZero) {
  double number = 1;
  float single = 1;
  EXPECT_TRUE(parse_float64("1e400", kPlain, number));
  EXPECT_EQ(number, HUGE_VAL);
  EXPECT_TRUE(parse_float64("-1e400", kPlain, number));
  EXPECT_EQ(number, -HUGE_VAL);
  EXPECT_TRUE(parse_float64("1e-400", kPlain, number));
  EXPECT_EQ(number, 0);
  EXPECT_TRUE(parse_float32("1e39", kPlain, single));
  EXPECT_EQ(single, HUGE_VALF);
  EXPECT_TRUE(parse_float32("0.0001e-50", kPlain, single));
  EXPECT_EQ(single, 0);
  EXPECT_TRUE(parse_float32("1e-45", kPlain, single));
  EXPECT_EQ(single, std::strtof("1e-45", nullptr));
}

TEST(TextNumbers, MarksOfOtherCountries) {
  TextDialect dialect;
  dialect.decimal_point = ',';
  dialect.thousands_separator = '.';
  double number = 0;
  EXPECT_TRUE(parse_float64("1.234.567,5", dialect, number));
  EXPECT_EQ(number, 1234567.5);
  EXPECT_FALSE(parse_float64(".5", dialect, number));
  EXPECT_FALSE(parse_float64("1,5.0", dialect, number));
  dialect.thousands_separator = '\0';
  EXPECT_FALSE(parse_float64("1.5", dialect, number));
}

}  // namespace
}  // namespace insitu
