#include "report/format_number.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <limits>
#include <sstream>

#include "base/number_text.hpp"

namespace insitu {
namespace {

std::vector<std::string> split(const std::string& line, char at) {
  std::vector<std::string> parts;
  std::istringstream in(line);
  for (std::string part; std::getline(in, part, at);) parts.push_back(part);
  return parts;
}

TEST(FormatNumber, AgreesWithR) {
  std::ifstream file(INSITU_SOURCE_DIR "/tests/unit/report/numbers_of_r.tsv");
  ASSERT_TRUE(file);
  int cases = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with('#')) continue;
    const auto cells = split(line, '\t');
    ASSERT_EQ(cells.size(), 5u) << line;
    const int digits = std::stoi(cells[0]);
    std::vector<double> values;
    for (const auto& text : split(cells[1], ' '))
      values.push_back(text == "Inf"    ? std::numeric_limits<double>::infinity()
                       : text == "-Inf" ? -std::numeric_limits<double>::infinity()
                       : text == "NA"   ? std::nan("")
                                        : number_of_text(text).value_or(std::nan("")));
    EXPECT_EQ(format_column(values, digits), split(cells[2], '|')) << cells[1];
    EXPECT_EQ(format_p_values(values, digits), split(cells[3], '|')) << cells[1];
    EXPECT_EQ(format_general(values[0], 4), cells[4]) << cells[1];
    ++cases;
  }
  EXPECT_GT(cases, 100);
}

TEST(FormatNumber, CountsAreScientificOnlyWhenShorter) {
  EXPECT_EQ(format_single(600000), "6e+05");
  EXPECT_EQ(format_single(582628), "582628");
  EXPECT_EQ(format_single(1e7), "1e+07");
  EXPECT_EQ(format_single(120947440), "120947440");
  EXPECT_EQ(format_integer(145576730), "145576730");
}

TEST(FormatNumber, RoundsToTheNearerNeighbour) {
  EXPECT_EQ(round_decimals(10.65424999, 4), 10.6542);
  EXPECT_EQ(round_decimals(0.15, 1), 0.1);
  EXPECT_EQ(round_decimals(2.5, 0), 2);
  EXPECT_EQ(round_significant(175912.4, 4), 175900);
}

TEST(FormatNumber, StarsMarkSmallPValues) {
  EXPECT_EQ(significance_stars(2.2e-16), "***");
  EXPECT_EQ(significance_stars(0.004), "**");
  EXPECT_EQ(significance_stars(0.05), "*");
  EXPECT_EQ(significance_stars(0.07), ".");
  EXPECT_EQ(significance_stars(0.5), " ");
}

}  // namespace
}  // namespace insitu
