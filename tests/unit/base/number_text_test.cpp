#include "base/number_text.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <cstring>
#include <limits>
#include <random>

namespace insitu {
namespace {

std::string printed(const char* format, int precision, double value) {
  char buffer[1500];
  std::snprintf(buffer, sizeof buffer, format, precision, value);
  return buffer;
}

// A17: the same texts as C's printf in the C locale, whatever the locale of the process.
TEST(NumberText, PrintsAsCDoes) {
  std::mt19937_64 random(17);
  for (int i = 0; i < 20000; ++i) {
    double value = 0;
    const auto bits = random();
    std::memcpy(&value, &bits, sizeof value);
    if (!std::isfinite(value)) continue;
    if (i % 2) value = std::ldexp(static_cast<double>(static_cast<std::int64_t>(bits)), -40);
    const int precision = static_cast<int>(random() % 18);
    const auto with_point = [](std::string text) {
      for (auto& c : text) c = c == ',' ? '.' : c;
      return text;
    };
    EXPECT_EQ(fixed_text(value, precision), with_point(printed("%.*f", precision, value)));
    EXPECT_EQ(scientific_text(value, precision), with_point(printed("%.*e", precision, value)));
    EXPECT_EQ(general_text(value, precision), with_point(printed("%.*g", precision, value)));
    EXPECT_EQ(number_of_text(scientific_text(value, 16)), value);
  }
  EXPECT_EQ(whole_text(7, 3, '0'), "007");
  EXPECT_EQ(whole_text(-7, 4, '0'), "-007");
  EXPECT_EQ(whole_text(-7, 4, ' '), "  -7");
  EXPECT_EQ(whole_text(std::numeric_limits<std::int64_t>::min()), "-9223372036854775808");
  EXPECT_EQ(hexadecimal_text(0xdeadbeef), "deadbeef");
}

TEST(NumberText, ReadsNumbersWithAPoint) {
  EXPECT_EQ(number_of_text("1.5"), 1.5);
  EXPECT_EQ(number_of_text("+1.5e3"), 1500);
  EXPECT_EQ(number_of_text("-.5"), -0.5);
  EXPECT_EQ(number_of_text("1e999"), std::numeric_limits<double>::infinity());
  EXPECT_EQ(number_of_text("-1e-999"), 0);
  for (const auto* text : {"", "-", "1,5", "1.5 ", " 1", "x", "inf", "0x10", "1e", "--1"})
    EXPECT_FALSE(number_of_text(text)) << text;
  EXPECT_EQ(leading_number("3.5.1")->value, 3.5);
  EXPECT_EQ(leading_number("17 kB")->length, 2u);
}

TEST(NumberText, KnowsLettersOfAsciiAlone) {
  EXPECT_TRUE(is_ascii_letter('z'));
  EXPECT_FALSE(is_ascii_letter('\xe4'));
  EXPECT_TRUE(is_ascii_space('\v'));
  EXPECT_FALSE(is_ascii_space('\xa0'));
  EXPECT_EQ(ascii_lower('I'), 'i');
  EXPECT_EQ(ascii_upper('\xe4'), '\xe4');
}

TEST(NumberText, WritesConstantsAndWhatAsCharacterWrites) {
  const struct {
    double value;
    const char *shortest, *exact, *as_character;
  } cases[] = {{0.1, "0.1", "0.1", "0.1"},
               {100000, "1e+05", "1e+05", "1e+05"},
               {123456, "123456", "123456", "123456"},
               {-0.0001, "-1e-04", "-1e-04", "-1e-04"},
               {1.0 / 3, "0.3333333333333333", "0.3333333333333333", "0.333333333333333"},
               {0x1p60, "1152921504606846976", "1152921504606846976", "1152921504606846976"},
               {HUGE_VAL, "inf", "Inf", "Inf"}};
  for (const auto& each : cases) {
    EXPECT_EQ(shortest_text(each.value), each.shortest);
    EXPECT_EQ(exact_text(each.value), each.exact);
    EXPECT_EQ(number_text(each.value), each.as_character);
  }
  EXPECT_EQ(shortest_text(0.1F), "0.1");
  EXPECT_EQ(shortest_text(std::int64_t{-5}), "-5");
}

}  // namespace
}  // namespace insitu
