#include "report/svg.hpp"

#include <gtest/gtest.h>

#include <clocale>
#include <cmath>
#include <limits>

namespace insitu {
namespace {

Figure of_series(FigureSeries series) {
  Figure figure;
  figure.title = "t";
  figure.panels.push_back({"", {std::move(series)}});
  return figure;
}

TEST(Svg, EscapesTextAndLeavesOutWhatXmlCannotHold) {
  auto figure = of_series({.x = {0, 1}, .y = {0, 1}});
  figure.title = "a<b>&\"c\"\x01";
  EXPECT_NE(svg(figure).find(">a&lt;b&gt;&amp;&quot;c&quot;</text>"), std::string::npos);
}

TEST(Svg, BreaksALineWhereAValueIsMissing) {
  const double gone = std::numeric_limits<double>::quiet_NaN();
  const auto text = svg(of_series({.x = {0, 0.5, gone, 0.75, 1}, .y = {0, 1, 0, INFINITY, 1}}));
  EXPECT_EQ(text.find("nan"), std::string::npos);
  EXPECT_EQ(text.find("inf"), std::string::npos);
  EXPECT_NE(text.find("d=\"M0 380L300 0M600 0\""), std::string::npos) << text;
}

TEST(Svg, GoesRightThenUpInSteps) {
  const auto text = svg(of_series({.kind = FigureSeries::Kind::kSteps, .x = {0, 1}, .y = {0, 1}}));
  EXPECT_NE(text.find("d=\"M0 380L600 380L600 0\""), std::string::npos) << text;
}

TEST(Svg, DrawsNothingOfBarsWithoutHeight) {
  const auto bars = [](std::vector<double> heights) {
    FigureSeries series{.kind = FigureSeries::Kind::kBars, .x = {0, 0.5}, .y = std::move(heights)};
    series.x_end = {0.5, 1};
    const auto text = svg(of_series(std::move(series)));
    std::size_t count = 0;
    for (auto at = text.find("<rect"); at != std::string::npos; at = text.find("<rect", at + 1))
      ++count;
    return count;
  };
  EXPECT_EQ(bars({1, 0.5}), bars({0, 0}) + 2);
}

TEST(Svg, ReadsTheSameUnderEveryLocale) {
  const auto figure = of_series({.x = {0, 1.0 / 3}, .y = {0.25, 1}});
  const auto expected = svg(figure);
  const char* found = std::setlocale(LC_ALL, "de_DE.UTF-8");
  const auto other = svg(figure);
  std::setlocale(LC_ALL, "C");
  EXPECT_EQ(other, expected) << (found ? found : "no such locale here");
}

TEST(Svg, DrawsAFigureWithoutPanelsOrValues) {
  Figure figure;
  EXPECT_NE(svg(figure).find("</svg>"), std::string::npos);
  Figure::cover(figure.x, {});
  EXPECT_EQ(svg(of_series({})).find("nan"), std::string::npos);
}

}  // namespace
}  // namespace insitu
