#include "math/distributions.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "math/vector_width.hpp"

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

// Values of a hundred bits' arithmetic and more, rounded once.
class Tails : public testing::TestWithParam<VectorWidth> {
  VectorWidthLimit limit_{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(Widths, Tails, testing::ValuesIn(kVectorWidths));

TEST_P(Tails, OfTAreWithinAUnit) {
  const double cases[][3] = {{0x1.0624dd2f1a9fcp-10, 0x1.0000000000000p+0, 0x1.ffac8e979e443p-1},
                             {0x1.0000000000000p-1, 0x1.4000000000000p+1, 0x1.50bdc820f9adbp-1},
                             {0x1.0000000000000p+0, 0x1.8000000000000p+1, 0x1.9062e2bc50597p-2},
                             {0x1.f6594af4f0d84p+0, 0x1.f280000000000p+9, 0x1.99a4e62c0f542p-5},
                             {0x1.0000000000000p+1, 0x1.e000000000000p+4, 0x1.bf7d05b512c69p-5},
                             {0x1.2000000000000p+2, 0x1.8000000000000p+3, 0x1.7cf9b44386acfp-11},
                             {0x1.b99999999999ap+2, 0x1.3880000000000p+13, 0x1.841d24620eb9dp-38},
                             {0x1.d333333333333p+2, 0x1.3880000000000p+13, 0x1.5caaaafb131b9p-42},
                             {0x1.8000000000000p+3, 0x1.f400000000000p+9, 0x1.18a5ba0746895p-101},
                             {0x1.4000000000000p+5, 0x1.f400000000000p+9, 0x1.b8f6244d5cc0bp-695},
                             {0x1.1800000000000p+5, 0x1.4000000000000p+2, 0x1.80a7ef1290ea2p-22},
                             {0x1.7d78400000000p+26, 0x1.8000000000000p+1, 0x1.55418cf76fa3cp-79},
                             {0x1.6666666666666p-1, 0x1.0000000000000p-2, 0x1.889e6c5a32373p-1}};
  for (const auto& [t, df, p] : cases) {
    const double ours = two_sided_t(t, df);
    EXPECT_NEAR(ours, p, std::nextafter(p, 2) - p) << t << " df " << df;
    EXPECT_EQ(two_sided_t(-t, df), ours);
  }
}

TEST_P(Tails, OfFAreWithinAUnit) {
  const double cases[][4] = {
      {0x1.999999999999ap-5, 0x1.0000000000000p+0, 0x1.c000000000000p+2, 0x1.a8ad8835d8292p-1},
      {0x1.0000000000000p+0, 0x1.0000000000000p+1, 0x1.4000000000000p+3, 0x1.9b85cb5339f14p-2},
      {0x1.028f5c28f5c29p+0, 0x1.8000000000000p+2, 0x1.f400000000000p+8, 0x1.abe83f6478d9fp-2},
      {0x1.8000000000000p+1, 0x1.8000000000000p+2, 0x1.d4c0000000000p+15, 0x1.98c6f2c452287p-8},
      {0x1.b333333333333p+0, 0x1.4000000000000p+5, 0x1.8000000000000p+3, 0x1.4ac896742b1d6p-3},
      {0x1.ff7ced916872bp-1, 0x1.f400000000000p+9, 0x1.f400000000000p+10, 0x1.027ca97d08c03p-1},
      {0x1.9000000000000p+3, 0x1.8000000000000p+1, 0x1.c000000000000p+1, 0x1.80258304d3e08p-6},
      {0x1.0c6f7a0b5ed8dp-20, 0x1.0000000000000p+2, 0x1.2000000000000p+3, 0x1.fffffffffa9fep-1},
      {0x1.86a0000000000p+16, 0x1.0000000000000p+0, 0x1.e000000000000p+4, 0x1.94da0c7486c75p-179},
      {0x1.199999999999ap+1, 0x1.f400000000000p+8, 0x1.4000000000000p+5, 0x1.8373e28b8527ap-10}};
  for (const auto& [f, df1, df2, p] : cases)
    EXPECT_NEAR(pf(f, df1, df2, true), p, std::nextafter(p, 2) - p)
        << f << " " << df1 << " " << df2;
}

TEST_P(Tails, KeepTheirBits) {  // one sequence of operations, on every machine
  double sum = 0;
  for (double t = 0.01; t < 50; t *= 1.1)
    for (const double df : {1.0, 2.5, 17.0, 1e3, 1e6})
      sum += two_sided_t(t, df) / (1 + t) + pf(t, df, 10 * df, true) + qt(t / 100, df, true);
  EXPECT_EQ(sum, 0x1.20aae10dead1ep+15) << std::hexfloat << sum;
}

TEST(Distributions, LimitsAreMet) {
  EXPECT_EQ(two_sided_t(0, 3), 1);
  EXPECT_EQ(two_sided_t(INFINITY, 3), 0);
  EXPECT_NEAR(two_sided_t(2, 1e18), 2 * pnorm(2, true), 1e-16);
  EXPECT_NEAR(two_sided_t(1e150, 1) / (2e-150 / M_PI), 1, 1e-13);
  EXPECT_EQ(qt(0.5, 7), 0);
  EXPECT_NEAR(qt(0.25, 1, true), 1, 1e-15);
  EXPECT_NEAR(qt(1e-150, 0.5, true) / (qt(1e-149, 0.5, true) * 100), 1, 1e-10);
  EXPECT_EQ(pf(INFINITY, 2, 3), 1);
  EXPECT_EQ(pf(0, 2, 3, true), 1);
  EXPECT_NEAR(pf(3, 1, INFINITY, true) / two_sided_t(std::sqrt(3.0), INFINITY), 1, 1e-12);
  EXPECT_NEAR(pbeta(1e-300, 0.5, 2) / (1.5 * 1e-150), 1, 1e-14);
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

// Computed by R 4.2.2: pchisq(x, df, lower.tail = FALSE).
TEST(Distributions, ChiSquaredTailsAreThoseOfR) {
  const double cases[][3] = {{0.01, 1, 0.92034432544594202},
                             {3.8399999999999999, 1, 0.050043521248705224},
                             {1.5, 2, 0.47236655274101469},
                             {700, 3, 2.0991308534204087e-151},
                             {20, 17, 0.27422926710794693},
                             {2100, 1500, 7.3115789947201028e-23},
                             {1.0000000000000001e-09, 5, 0.99999999999999989},
                             {900, 1000, 0.98928276190871023}};
  for (const auto& [x, df, p] : cases)
    EXPECT_NEAR(pchisq(x, df, true) / p, 1, 1e-12) << x << " df " << df;
  EXPECT_EQ(pchisq(0, 3, true), 1);
  EXPECT_EQ(pchisq(1e300, 3, true), 0);
  EXPECT_NEAR(pchisq(2, 4), 1 - pchisq(2, 4, true), 1e-16);
  EXPECT_TRUE(std::isnan(pchisq(1, 1.5, true)));
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
