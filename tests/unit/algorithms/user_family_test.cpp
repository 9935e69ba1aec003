#include "algorithms/user_family.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "algorithms/family.hpp"
#include "algorithms/user_family_means.hpp"
#include "base/error.hpp"

namespace insitu {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

Chunk columns(std::vector<std::pair<std::string, std::vector<double>>> given) {
  Chunk chunk;
  std::vector<Field> fields;
  for (auto& [name, values] : given) {
    fields.emplace_back().name = name;
    chunk.rows = values.size();
    chunk.columns.push_back(Column::own(Type::kFloat64, std::move(values)));
  }
  chunk.schema = std::make_shared<const Schema>(std::move(fields));
  return chunk;
}

/// A family whose function answers each question with one column made of the first one.
UserFamily answering(const std::string& name, double (*of)(double), std::size_t* rows = nullptr) {
  UserFamily user;
  user.language = "R";
  user.family = "mine";
  user.functions = {"initialize", "linkfun", "linkinv", "mu.eta"};
  user.function = [=](const Chunk& given, const ChunkInfo& info) {
    if (rows) *rows = static_cast<std::size_t>(info.rows);
    std::vector<double> values(given.rows);
    given.columns[0].numbers(values.data());
    for (auto& value : values) value = of(value);
    return columns({{name, std::move(values)}});
  };
  return user;
}

std::string error_of(const UserFamily& user, void (*call)(const UserFamily&)) {
  try {
    call(user);
  } catch (const UserCodeError& error) {
    return error.what();
  }
  return "none";
}

const std::vector<double> kThree{1, 2, 4};

void link(const UserFamily& user) {
  std::vector<double> eta(3);
  user.etas(kThree.data(), eta.data(), 3);
}
void variance(const UserFamily& user) {
  std::vector<double> out(3);
  user.variances(kThree.data(), out.data(), 3);
}

TEST(UserFamily, LeavesOutRowsWithMissingArguments) {
  std::size_t rows = 0;
  const auto user = answering(
      "eta", [](double v) { return v + 1; }, &rows);
  const std::vector<double> mu{1, kNaN, 3};
  std::vector<double> eta(3);
  user.etas(mu.data(), eta.data(), 3);
  EXPECT_EQ(rows, 2u);
  EXPECT_EQ(eta[0], 2);
  EXPECT_TRUE(std::isnan(eta[1]));
  EXPECT_EQ(eta[2], 4);
}

TEST(UserFamily, NamesFunctionFamilyAndValue) {
  EXPECT_EQ(
      error_of(answering("eta", [](double v) { return v > 1 ? kNaN : v; }), link),
      "the family 'mine': linkfun gives NA or NaN for 2: it must give finite linear predictors");
  EXPECT_EQ(error_of(answering("eta", [](double v) { return -1 / (v - 4); }), link),
            "the family 'mine': linkfun gives -Inf for 4: it must give finite linear predictors");
  EXPECT_EQ(error_of(answering("other", [](double v) { return v; }), link),
            "the family 'mine': linkfun gives nothing");
  EXPECT_EQ(error_of(answering("variance", [](double v) { return v - 2; }), variance),
            "the family 'mine': variance gives -1 for 1: it must give finite numbers above 0");
  auto user = answering("eta", [](double v) { return v; });
  user.function = [](const Chunk&, const ChunkInfo&) { return columns({{"eta", {1, 2}}}); };
  EXPECT_EQ(error_of(user, link), "the family 'mine': linkfun gives 2 values for 3 rows");
  user.function = [](const Chunk&, const ChunkInfo&) -> Chunk { throw UserCodeError("no"); };
  EXPECT_EQ(error_of(user, link), "the family 'mine': no");
}

TEST(UserFamily, MeansAreCheckedWhereTheyCanBe) {
  const auto user = answering("valid", [](double eta) { return eta > 1 ? 1.0 : 0.0; });
  const std::vector<double> eta{1, 2, 4}, slope{1, 1, std::numeric_limits<double>::infinity()};
  std::vector<double> mu{kNaN, 3, 3};
  std::vector<std::uint8_t> possible(3);
  user.possible(eta.data(), mu.data(), possible.data(), 3);
  EXPECT_EQ(possible, (std::vector<std::uint8_t>{0, 1, 1}));
  EXPECT_NO_THROW(check_means(user, eta.data(), mu.data(), slope.data(), possible.data(), 2));
  EXPECT_THROW(check_means(user, eta.data(), mu.data(), slope.data(), possible.data(), 3),
               UserCodeError);
  mu[1] = kNaN;
  EXPECT_THROW(check_means(user, eta.data(), mu.data(), slope.data(), possible.data(), 2),
               UserCodeError);
}

TEST(UserFamily, IsMadeFromItsCodeOncePerWorker) {
  auto user = answering("eta", [](double v) { return v; });
  user.function = nullptr;
  user.code = "code";
  EXPECT_FALSE(user.callable());
  int made = 0;
  {
    const FamilyLoader loader([&](const std::string& language, const Bytes& code) {
      EXPECT_EQ(language + " " + code, "R code");
      ++made;
      return answering("eta", [](double v) { return 2 * v; }).function;
    });
    EXPECT_TRUE(user.callable());
    link(user);
    link(user);
  }
  EXPECT_EQ(made, 1);
  EXPECT_FALSE(user.callable());
}

TEST(UserFamily, OfACallEndsWithIt) {
  EXPECT_FALSE(UserFamilyOfCall::current().present());
  {
    const UserFamilyOfCall outer(answering("eta", [](double v) { return v; }));
    {
      const UserFamilyOfCall inner{UserFamily()};
      EXPECT_FALSE(UserFamilyOfCall::current().present());
    }
    EXPECT_EQ(UserFamilyOfCall::current().family, "mine");
  }
  EXPECT_FALSE(UserFamilyOfCall::current().present());
}

TEST(UserFamily, TextsAreReadBack) {
  for (const auto* text :
       {"user(\"mine\", link = \"log\", dispersion = 1)", "user(\"mine\", link = user(\"own\"))",
        "binomial(link = user(\"own\"))",
        "negative.binomial(theta = 2.5, link = user(\"own\"), dispersion = 1)"}) {
    const auto family = Family::parse(text);
    EXPECT_EQ(family.text(), text);
    EXPECT_TRUE(family.calls_user());
    EXPECT_THROW(family.validate(), DataError);  // of no language
  }
  EXPECT_EQ(Family::parse("user('mine', link = user('own'))").label(), "mine-own");
  EXPECT_THROW(Family::parse("user('mine')"), InvalidArgument);
}

TEST(Family, NegativeBinomialIsThatOfMass) {
  const auto family = Family::parse("negative.binomial(2)");
  const std::vector<double> y{0, 3}, mu{1, 2};
  std::vector<double> variances(2), deviances(2);
  family.variances(mu.data(), variances.data(), 2);
  family.deviances(y.data(), mu.data(), deviances.data(), 2);
  EXPECT_DOUBLE_EQ(variances[0], 1.5);
  EXPECT_DOUBLE_EQ(variances[1], 4);
  EXPECT_NEAR(deviances[0], 1.62186043243265776, 1e-15);  // MASS::negative.binomial(2)$dev.resids
  EXPECT_NEAR(deviances[1], 0.20135513550688877, 1e-15);
  EXPECT_EQ(family.label(), "Negative Binomial(2)-log");
  EXPECT_FALSE(family.unit_dispersion());
  EXPECT_TRUE(Family::parse("negative.binomial(2, log, dispersion = 1)").unit_dispersion());
  EXPECT_THROW(Family::parse("negative.binomial(0)"), InvalidArgument);
}

}  // namespace
}  // namespace insitu
