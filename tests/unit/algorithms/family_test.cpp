#include "algorithms/family.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/error.hpp"

namespace insitu {
namespace {

using nlohmann::json;

std::vector<double> numbers(const json& items) {
  std::vector<double> result;
  for (const auto& item : items.is_array() ? items : json::array({items}))
    result.push_back(std::strtod(item.get<std::string>().c_str(), nullptr));
  return result;
}

json golden() {
  std::ifstream in(std::filesystem::path(INSITU_SOURCE_DIR) /
                   "tests/golden/families/families.json");
  return json::parse(in);
}

void expect_near(double ours, double theirs, double tolerance, const std::string& what) {
  EXPECT_LE(std::fabs(ours - theirs), tolerance * std::fabs(theirs) + 1e-300)
      << what << ": " << ours << ", R has " << theirs;
}

TEST(Link, AgreesWithR) {
  const auto all = golden();
  ASSERT_GT(all["links"].size(), 8u);
  for (const auto& entry : all["links"]) {
    SCOPED_TRACE(entry["family"].get<std::string>());
    const auto link = Family::parse(entry["family"]).link;
    EXPECT_EQ(link.name(), entry["name"]);
    const auto eta = numbers(entry["eta"]), mu = numbers(entry["mu"]);
    const auto mu_of_eta = numbers(entry["mu_of_eta"]), slope = numbers(entry["slope"]),
               eta_of_mu = numbers(entry["eta_of_mu"]);
    std::vector<double> all_mu(eta.size()), all_slopes(eta.size());
    link.mu_and_slope(eta.data(), all_mu.data(), all_slopes.data(), eta.size());
    for (std::size_t i = 0; i < eta.size(); ++i) {
      const auto at = "eta " + std::to_string(eta[i]);
      expect_near(all_mu[i], mu_of_eta[i], 1e-14, at);
      expect_near(all_slopes[i], slope[i], 2e-14, "slope at " + at);
      EXPECT_EQ(link.mu(eta[i]), all_mu[i]) << at;
      EXPECT_EQ(link.slope(eta[i]), all_slopes[i]) << at;
    }
    for (std::size_t i = 0; i < mu.size(); ++i)
      expect_near(link.eta(mu[i]), eta_of_mu[i], 1e-13, "mu " + std::to_string(mu[i]));
  }
}

TEST(Family, AgreesWithR) {
  const auto all = golden();
  ASSERT_GT(all["families"].size(), 10u);
  for (const auto& entry : all["families"]) {
    SCOPED_TRACE(entry["family"].get<std::string>());
    const auto family = Family::parse(entry["family"]);
    const auto y = numbers(entry["y"]), mu = numbers(entry["mu"]),
               variance = numbers(entry["variance"]), deviance = numbers(entry["deviance"]),
               start = numbers(entry["start"]);
    std::vector<double> variances(y.size()), deviances(y.size());
    family.variances(mu.data(), variances.data(), y.size());
    family.deviances(y.data(), mu.data(), deviances.data(), y.size());
    for (std::size_t i = 0; i < y.size(); ++i) {
      const auto at = std::to_string(y[i]) + " at " + std::to_string(mu[i]);
      expect_near(variances[i], variance[std::min(i, variance.size() - 1)], 1e-14, at);
      expect_near(deviances[i], deviance[i], 1e-13, at);
      EXPECT_EQ(family.start(y[i], 1), start[i]) << at;
      EXPECT_TRUE(family.possible_response(y[i])) << at;
    }
    if (entry["aic"].is_null()) {
      EXPECT_FALSE(family.has_likelihood());
      continue;
    }
    double sum = 0, constant = 0, weights = 0;
    const bool weighted = family.name == Family::Name::kGaussian;
    const std::size_t rows = family.is_binomial() ? 2 : y.size();
    for (std::size_t i = 0; i < rows; ++i) {
      const double w = weighted ? static_cast<double>(i) + 1 : 1;
      sum += w * deviances[i];
      constant += family.likelihood_term(y[i], w, false);
      weights += w;
    }
    expect_near(family.aic_part(sum, constant, static_cast<double>(rows), weights),
                numbers(entry["aic"])[0], 1e-12, "aic");
  }
}

TEST(Family, IsReadAsItIsWritten) {
  for (const char* text :
       {"gaussian", "binomial(probit)", "binomial(link = \"cauchit\")", "poisson('log')",
        "Gamma(link = log)", "inverse.gaussian(1/mu^2)", "quasi(power(1/3), mu^2)",
        "quasi(link = inverse, variance = \"mu(1-mu)\")", "quasibinomial()", "quasipoisson(sqrt)",
        "Tweedie(var.power = 1.5)", "Tweedie(1.5, 0)",
        "rxTweedie(var_power = 2, link_power = 1)"}) {
    const auto family = Family::parse(text);
    const auto again = Family::parse(family.text());
    EXPECT_EQ(family.text(), again.text()) << text;
    EXPECT_EQ(insitu::save(family), insitu::save(again)) << text;
  }
  EXPECT_EQ(Family::parse("Tweedie(1.5)").label(), "Tweedie-mu^-0.5");
  EXPECT_EQ(Family::parse("binomial").label(), "binomial-logit");
  EXPECT_EQ(Family::parse("quasi(power(1/3))").link.name(), "mu^0.333");
}

std::string error_of(const std::string& text) {
  try {
    (void)Family::parse(text);
  } catch (const InvalidArgument& error) {
    return error.what();
  }
  return "";
}

TEST(Family, SaysWhatIsWrong) {
  EXPECT_NE(error_of("poison").find("did you mean poisson?"), std::string::npos);
  EXPECT_NE(error_of("binomial(logti)").find("did you mean logit?"), std::string::npos);
  EXPECT_NE(error_of("quasi(log, mu^4)").find("there is no variance 'mu^4'"), std::string::npos);
  EXPECT_NE(error_of("poisson(log, mu)").find("more arguments"), std::string::npos);
  EXPECT_NE(error_of("Tweedie(0.5)").find("between 0 and 1"), std::string::npos);
  EXPECT_NE(error_of("Tweedie(var.pwer = 1)").find("did you mean var.power?"), std::string::npos);
  EXPECT_NE(error_of("3").find("name one"), std::string::npos);
}

TEST(Family, KnowsPossibleResponses) {
  EXPECT_FALSE(Family::parse("binomial").possible_response(1.5));
  EXPECT_FALSE(Family::parse("poisson").possible_response(-1));
  EXPECT_FALSE(Family::parse("Gamma").possible_response(0));
  EXPECT_TRUE(Family::parse("Tweedie(1.5)").possible_response(0));
  EXPECT_FALSE(Family::parse("Tweedie(2.5)").possible_response(0));
  EXPECT_TRUE(Family::parse("gaussian").possible_response(-7));
}

}  // namespace
}  // namespace insitu
