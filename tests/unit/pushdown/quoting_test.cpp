// Random names and texts, hostile ones among them, come back from real engines as they went in.
#include <gtest/gtest.h>

#include <random>
#include <set>

#include "sql/quoted.hpp"
#include "unit/pushdown/connections.hpp"

namespace insitu {
namespace {

std::string random_text(std::mt19937_64& random, std::size_t most) {
  static const std::vector<std::string> kParts = {
      "'",  "''", "\"", "\\", "\\'",  "]",  "[",    "]]", "--",    "/*", "*/", ";", "E'",
      "$$", "%",  "_",  "?",  ":a",   "\n", "\t",   "\r", "\x7f",  "ä",  "€",  "😀", "U&'",
      " ",  "a",  "Z",  "0",  "NULL", "N'", "\x01", "$1", "::int", "{",  "}",  "`"};
  std::string text;
  for (auto parts = random() % most; parts > 0; --parts) text += kParts[random() % kParts.size()];
  return text;
}

TEST(Quoting, TextsNamesNumbersAndBytesComeBack) {
  constexpr int kItems = 50;  // a text and a name each: 10^5 with INSITU_TEST_ALL=yes
  const char* all = std::getenv("INSITU_TEST_ALL");  // empty in the normal run
  const int statements = all && *all ? 1000 : 60;
  for (const auto& connection : testing::connections()) {
    std::mt19937_64 random(17);
    RunControl control;
    const auto dialect = connection->dialect();
    for (int k = 0; k < statements; ++k) {
      std::vector<std::string> texts, names;
      std::vector<double> numbers;
      std::set<std::string> used;
      std::string sql = "SELECT ";
      while (texts.size() < kItems) {
        auto name = random_text(random, 12) + std::to_string(texts.size());
        if (name.size() > 63) name = name.substr(0, 0) + "short" + std::to_string(texts.size());
        texts.push_back(random_text(random, 20));
        const auto bits = random();
        double number;
        std::memcpy(&number, &bits, sizeof number);
        if (!std::isnormal(number) || std::fabs(number) > 1e307 || std::fabs(number) < 1e-290)
          number = -0.1;
        numbers.push_back(number);
        names.push_back(name);
        sql += (texts.size() > 1 ? ", " : "") + quoted_text(texts.back(), dialect) + " AS " +
               quoted_name(name, dialect) + ", " + quoted_number(number, dialect) + " AS n" +
               std::to_string(texts.size());
      }
      connection->query(
          {sql},
          [&](const Chunk& chunk) {
            ASSERT_EQ(chunk.columns.size(), 2u * kItems);
            for (std::size_t i = 0; i < kItems; ++i) {
              EXPECT_EQ(chunk.columns[2 * i].string_at(0), texts[i]);
              EXPECT_EQ((*chunk.schema)[2 * i].name, names[i]);
              EXPECT_EQ(chunk.columns[2 * i + 1].number_at(0), numbers[i]);
            }
          },
          control);
      if (HasFailure()) FAIL() << sql;
    }
  }
}

}  // namespace
}  // namespace insitu
