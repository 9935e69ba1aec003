#include "math/distributions.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

namespace insitu {
namespace {

double number(const nlohmann::json& item) {
  if (item.is_number()) return item.get<double>();
  const auto text = item.get<std::string>();
  if (text == "Inf") return INFINITY;
  if (text == "-Inf") return -INFINITY;
  return std::strtod(text.c_str(), nullptr);
}

// tests/golden/distributions: values of R 4.2.2, checked there with 60 digits.
TEST(Distributions, AgreeWithR) {
  std::ifstream in(std::string(INSITU_SOURCE_DIR) +
                   "/tests/golden/distributions/distributions.json");
  if (!in) GTEST_SKIP() << "tests/golden/distributions is absent";
  const auto golden = nlohmann::json::parse(in);
  int checked = 0;
  for (const auto& item : golden["values"]) {
    const auto name = item["function"].get<std::string>();
    const auto at = [&](const char* key) { return number(item.at(key)); };
    const bool upper = item.contains("lower_tail") && !item["lower_tail"].get<bool>();
    double ours = 0;
    if (name == "pnorm")
      ours = pnorm(at("x"), upper);
    else if (name == "qnorm")
      ours = qnorm(at("p"), upper);
    else if (name == "pt")
      ours = pt(at("x"), at("df"), upper);
    else if (name == "qt")
      ours = qt(at("p"), at("df"), upper);
    else if (name == "pf")
      ours = pf(at("x"), at("df1"), at("df2"), upper);
    else if (name == "pbeta")
      ours = pbeta(at("x"), at("a"), at("b"), upper);
    else
      FAIL() << "unknown function " << name;
    const double theirs = at("value");
    if (std::isinf(theirs) || theirs == 0)
      EXPECT_EQ(ours, theirs) << item;
    else
      EXPECT_LE(std::fabs(ours - theirs), 4e-13 * std::fabs(theirs) + 1e-320)
          << item << " ours " << ours;
    ++checked;
  }
  EXPECT_GT(checked, 50);
}

TEST(Distributions, FarTailsKeepTheirDigits) {
  // erfc(38 / sqrt 2) / 2 and the closed form of t with one degree of freedom: atan(1/t) / pi above
  // t.
  EXPECT_NEAR(pnorm(38, true) / 2.885428360109e-316, 1, 1e-3);  // denormal: few digits
  EXPECT_NEAR(pnorm(-30) / 4.906713927148187e-198, 1, 1e-13);
  EXPECT_NEAR(two_sided_t(1e10, 1) / (2 * std::atan(1e-10) / M_PI), 1, 1e-14);
  EXPECT_NEAR(pt(1e-9, 5, true), 0.5 - 1e-9 * 0.3796066898224944, 1e-18);
  EXPECT_NEAR(pf(1e-8, 2, 10) / 1e-8, 1,
              1e-7);  // density at zero is 1 for two numerator degrees of freedom
}

TEST(Distributions, OutsideTheDomainIsNaN) {
  EXPECT_TRUE(std::isnan(pt(NAN, 3)));
  EXPECT_TRUE(std::isnan(pt(1, 0)));
  EXPECT_TRUE(std::isnan(qnorm(1.5)));
  EXPECT_TRUE(std::isnan(qt(-0.1, 3)));
  EXPECT_TRUE(std::isnan(pf(1, -1, 2)));
  EXPECT_TRUE(std::isnan(pbeta(0.5, 0, 1)));
}

TEST(Distributions, QuantilesInvertProbabilities) {
  for (const double p : {1e-300, 1e-20, 1e-5, 0.025, 0.3, 0.5, 0.9, 0.999999}) {
    EXPECT_NEAR(pnorm(qnorm(p)) / p, 1, 1e-11) << p;
    for (const double df : {1.0, 2.0, 2.5, 7.0, 1000.0, 1e9})
      EXPECT_NEAR(pt(qt(p, df), df) / p, 1, 1e-10) << p << " df " << df;
  }
}

// The nearest doubles, computed with 200 bits.
TEST(Distributions, QuantilesOfTheNormalAreWithinTwoUnits) {
  const double cases[][2] = {{0x1.fffffff000000p-2, 0x1.40d931ff62706p-29},
                             {0x1.999999999999ap-2, 0x1.036d6c4a04b59p-2},
                             {0x1.3333333333333p-2, 0x1.0c7e39582c5fbp-1},
                             {0x1.0000000000000p-2, 0x1.5956b87528a49p-1},
                             {0x1.999999999999ap-3, 0x1.aee8fa73a1333p-1},
                             {0x1.999999999999ap-4, 0x1.4813c36e26d32p+0},
                             {0x1.47ae147ae147bp-7, 0x1.29c5c4630ff0fp+1},
                             {0x1.4f8b588e368f1p-17, 0x1.10f3f8843a3d9p+2},
                             {0x1.79ca10c924223p-67, 0x1.2865170b43a4cp+3},
                             {0x1.bff2ee48e0530p-333, 0x1.546010d755221p+4},
                             {0x1.e9e369aa2b597p-662, 0x1.e211d2614d5a8p+4},
                             {0x1.39874ddd8c623p-668, 0x1.e4819f0361962p+4},
                             {0x1.56e1fc2f8f359p-997, 0x1.286074064c26ep+5},
                             {0x0.0000000000001p-1022, 0x1.33bd3f27fcd03p+5}};
  for (const auto& [p, x] : cases) {
    const double unit = std::nextafter(x, 100) - x;
    EXPECT_NEAR(qnorm(p, true), x, 2 * unit) << p;
    EXPECT_EQ(qnorm(p), -qnorm(p, true));
  }
}

}  // namespace
}  // namespace insitu
