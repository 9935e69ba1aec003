#include "formula/model/formula.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"

namespace insitu {
namespace {

std::string normal(std::string_view text) { return deparse(parse_formula(text)); }

std::string error_of(std::string_view text) {
  try {
    parse_formula(text);
  } catch (const InvalidArgument& error) {
    return error.what();
  }
  return "";
}

TEST(Formula, TermsStayInTheOrderWritten) {
  EXPECT_EQ(normal("y ~ a:b + a + x"), "y ~ a:b + a + x");
  EXPECT_EQ(normal("y~b+a"), "y ~ b + a");
}

TEST(Formula, CrossingExpandsToAllSubsets) {
  EXPECT_EQ(normal("y ~ a*b"), "y ~ a + b + a:b");
  EXPECT_EQ(normal("y ~ a*b*c"), "y ~ a + b + a:b + c + a:c + b:c + a:b:c");
  EXPECT_EQ(normal("y ~ (a+b)*c"), "y ~ a + b + c + a:c + b:c");
  EXPECT_EQ(normal("y ~ a + a*b"), "y ~ a + b + a:b");
}

TEST(Formula, PowersOfSumsCross) {
  EXPECT_EQ(normal("y ~ (a+b)^2"), "y ~ a + b + a:b");
  EXPECT_EQ(normal("y ~ (a+b+c)^2"), "y ~ a + b + c + a:b + a:c + b:c");
  EXPECT_EQ(normal("y ~ (a+b+c)^3"), "y ~ a + b + c + a:b + a:c + b:c + a:b:c");
  EXPECT_EQ(normal("y ~ (a+b)^1000"), "y ~ a + b + a:b");
}

TEST(Formula, PowersOfAVariableAreArithmetic) {
  EXPECT_EQ(normal("y ~ x^2 + x"), "y ~ x^2 + x");
  EXPECT_EQ(normal("y ~ 2*x + b"), "y ~ 2 * x + b");
}

TEST(Formula, DivisionByANumberIsArithmetic) {
  EXPECT_EQ(parse_formula("y ~ x/10").terms.size(), 1u);
}

TEST(Formula, NestingIsASlash) {
  EXPECT_EQ(normal("y ~ a/b"), "y ~ a + a:b");
  EXPECT_EQ(normal("y ~ (a+b)/c"), "y ~ a + b + a:b:c");
}

TEST(Formula, MinusTakesTermsAway) {
  EXPECT_EQ(normal("y ~ a*b - a"), "y ~ b + a:b");
  EXPECT_EQ(normal("y ~ a*b - b:a"), "y ~ a + b");
  EXPECT_EQ(normal("y ~ a + b - (a + c)"), "y ~ b");
}

TEST(Formula, TheInterceptIsTheLastWord) {
  EXPECT_FALSE(parse_formula("y ~ x - 1").intercept);
  EXPECT_FALSE(parse_formula("y ~ x + 0").intercept);
  EXPECT_FALSE(parse_formula("y ~ 0 + x").intercept);
  EXPECT_FALSE(parse_formula("y ~ -1 + x").intercept);
  EXPECT_TRUE(parse_formula("y ~ x + 0 + 1").intercept);
  EXPECT_TRUE(parse_formula("y ~ 1").intercept);
  EXPECT_TRUE(parse_formula("y ~ x - 0").intercept);
  EXPECT_EQ(normal("y ~ x - 1"), "y ~ x - 1");
  EXPECT_EQ(normal("y ~ 1"), "y ~ 1");
}

TEST(Formula, NoTermAppearsTwice) { EXPECT_EQ(normal("~ a + a + a:b + b:a + a:a"), "~a + a:b"); }

TEST(Formula, FunctionsAndComparisonsAreVariables) {
  const auto formula =
      parse_formula("y ~ log(x) + F(age, low = 30, high = 39):sex + (x > 15) + I(a + b)");
  ASSERT_EQ(formula.terms.size(), 4u);
  EXPECT_EQ(deparse(formula.terms[0]), "log(x)");
  EXPECT_EQ(deparse(formula.terms[1]), "F(age, low = 30, high = 39):sex");
  EXPECT_EQ(deparse(formula.terms[2]), "(x > 15)");
  EXPECT_EQ(deparse(formula.terms[3]), "I(a + b)");
  EXPECT_EQ(variables_of(formula), (std::vector<std::string>{"y", "x", "age", "sex", "a", "b"}));
}

TEST(Formula, ResponsesMayBeSeveralOrNone) {
  EXPECT_EQ(parse_formula("cbind(y1, log(y2)) ~ x").responses.size(), 2u);
  EXPECT_EQ(normal("cbind(y1, log(y2)) ~ x"), "cbind(y1, log(y2)) ~ x");
  EXPECT_TRUE(parse_formula("~ x").responses.empty());
  EXPECT_EQ(normal("(ArrDelay > 15) ~ DayOfWeek"), "(ArrDelay > 15) ~ DayOfWeek");
}

TEST(Formula, NamesMayBeQuoted) {
  EXPECT_EQ(normal("`my y` ~ `a b`:c"), "`my y` ~ `a b`:c");
  EXPECT_EQ(variables_of(parse_formula("`my y` ~ `a b`")),
            (std::vector<std::string>{"my y", "a b"}));
}

TEST(Formula, TheDotStandsForAllVariables) {
  const auto all = parse_formula("~ .");
  EXPECT_TRUE(all.all_variables);
  EXPECT_EQ(normal("~."), "~.");
  EXPECT_EQ(deparse(expand_dot(all, {"a", "b c"})), "~a + `b c`");
  EXPECT_EQ(deparse(expand_dot(parse_formula("y ~ . - b"), {"a", "b"})), "y ~ a");
  EXPECT_EQ(deparse(expand_dot(parse_formula("y ~ .:f + a"), {"a", "b"})), "y ~ a:f + b:f + a");
  EXPECT_EQ(deparse(expand_dot(parse_formula("y ~ .^2"), {"a", "b", "c"})),
            "y ~ a + b + c + a:b + a:c + b:c");
}

TEST(Formula, ErrorsSayWhatAndWhere) {
  EXPECT_NE(error_of("y + x").find("expected '~'"), std::string::npos);
  EXPECT_NE(error_of("y ~ x + 2").find("a number other than 0 and 1"), std::string::npos);
  EXPECT_NE(error_of("y ~ x + 2").find("position 9"), std::string::npos);
  EXPECT_NE(error_of("y ~ x ~ z").find("~"), std::string::npos);
  EXPECT_NE(error_of("y ~ (a + b)^0").find("whole number"), std::string::npos);
  EXPECT_NE(error_of("y ~ a %in% b").find("%in%"), std::string::npos);
  EXPECT_NE(error_of("y ~ \"a\"").find("constant"), std::string::npos);
  EXPECT_NE(error_of("y ~ log(2)").find("without a variable"), std::string::npos);
  EXPECT_NE(error_of("y ~ log(.)").find("'.'"), std::string::npos);
  EXPECT_NE(error_of("y ~ 1:x").find("0 and 1"), std::string::npos);
  EXPECT_NE(error_of("y ~"), "");
  EXPECT_NE(error_of(""), "");
}

TEST(Formula, LongSumsTakeNoStack) {
  std::string text = "y ~ x0";
  for (int i = 1; i < 5000; ++i) text += " + x" + std::to_string(i);
  EXPECT_EQ(parse_formula(text).terms.size(), 5000u);
  std::string products = "y ~ x";
  for (int i = 0; i < 200000; ++i) products += ":x";
  EXPECT_NE(error_of(products), "");
}

TEST(Formula, TooManyTermsAreRefused) {
  std::string text = "y ~ (a0";
  for (int i = 1; i < 40; ++i) text += " + a" + std::to_string(i);
  EXPECT_NE(error_of(text + ")^10").find("terms"), std::string::npos);
}

TEST(Formula, TheNormalFormReadsBackAsItself) {
  for (const auto* text : {"y ~ a*b - a + log(x):f", "cbind(a, b) ~ 0 + x^2 + (z > 3):f",
                           "~ F(a, 1, 3, FALSE):b", "~ `a b`/c"})
    EXPECT_EQ(normal(normal(text)), normal(text));
}

}  // namespace
}  // namespace insitu
