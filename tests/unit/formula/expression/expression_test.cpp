// Reading and writing expressions. The expected structure follows R's ?Syntax; fully bracketed
// forms were checked against R 4.2.2's parse tree (for example as.list(quote(-2^2))).
#include "formula/expression/expression.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/named.hpp"
#include "base/number_text.hpp"

namespace insitu {
namespace {

/// Lisp-like text of a tree, to see the structure without relying on deparse.
std::string tree(const Expression& e) {
  switch (e.kind) {
    case Expression::Kind::kNumber:
      return fixed_text(e.number, 6).substr(0, 4);
    case Expression::Kind::kInteger:
      return std::to_string(static_cast<long>(e.number)) + "L";
    case Expression::Kind::kString:
      return "'" + e.text + "'";
    case Expression::Kind::kLogical:
      return e.number != 0 ? "TRUE" : "FALSE";
    case Expression::Kind::kMissing:
      return e.text;
    case Expression::Kind::kNull:
      return "NULL";
    case Expression::Kind::kName:
      return e.text;
    case Expression::Kind::kCall:
      break;
  }
  std::string text = "(" + e.text;
  for (const auto& argument : e.arguments)
    text += " " + (argument.name.empty() ? "" : argument.name + "=") + tree(*argument.value);
  return text + ")";
}

std::string tree_of(const std::string& text) { return tree(*parse_expression(text, "test")); }

TEST(Expression, FollowsRPrecedence) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"-a^b", "(- (^ a b))"},
      {"a^b^c", "(^ a (^ b c))"},
      {"a^-b", "(^ a (- b))"},
      {"a^-b:c", "(: (^ a (- b)) c)"},
      {"-a:b", "(: (- a) b)"},
      {"a*b:c", "(* a (: b c))"},
      {"a %in% b * c", "(* (%in% a b) c)"},
      {"a:b %% c", "(%% (: a b) c)"},
      {"a - b - c", "(- (- a b) c)"},
      {"a + b * c", "(+ a (* b c))"},
      {"!a == b", "(! (== a b))"},
      {"!a & b", "(& (! a) b)"},
      {"a == !b & c", "(& (== a (! b)) c)"},
      {"x + !y + z", "(+ x (! (+ y z)))"},
      {"a | b & c", "(| a (& b c))"},
      {"a || b && c", "(|| a (&& b c))"},
      {"y ~ a | b", "(~ y (| a b))"},
      {"~ a + b", "(~ (+ a b))"},
      {"- -a", "(- (- a))"},
      {"!!a", "(! (! a))"},
      {"a ** b", "(^ a b)"},
      {"-a * b", "(* (- a) b)"},
      {"x[a + b] * c", "(* ([ x (+ a b)) c)"},
      {"x[[y[1]]]", "([[ x ([ y 1.00))"},
      {"x$a$b^c", "(^ ($ ($ x 'a') 'b') c)"},
      {"(a + b) * c", "(* (( (+ a b)) c)"},
      {"{ a + b }", "(+ a b)"},
      {"a <= b", "(<= a b)"},
      {"a < -1", "(< a (- 1.00))"},
      {"not a and b or c", "(| (& (! a) b) c)"},
      {"not(a) and b", "(& (! (( a)) b)"},
      {"a // b", "(%/% a b)"},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(tree_of(text), expected) << text;
}

TEST(Expression, ReadsLiterals) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"3L", "3L"},
      {"0x1F", "31.0"},
      {"0x1FL", "31L"},
      {"1e2", "100."},
      {".5", "0.50"},
      {"5.", "5.00"},
      {"1e2L", "100L"},
      {"TRUE", "TRUE"},
      {"T", "TRUE"},
      {"F", "FALSE"},
      {"True", "TRUE"},
      {"NA", "NA"},
      {"NA_real_", "NA_real_"},
      {"NULL", "NULL"},
      {"pi", "3.14"},
      {"Inf", "inf"},
      {"'a'", "'a'"},
      {"\"a'b\"", "'a'b'"},
      {"'\\x41'", "'A'"},
      {"'\\101'", "'A'"},
      {"'\\u00e9'", "'é'"},
      {"'\\u{e9}'", "'é'"},
      {"'a\\\\b'", "'a\\b'"},
      {"r\"(a\\b)\"", "'a\\b'"},
      {"`a b`", "a b"},
      {"`T`", "T"},
      {".x", ".x"},
      {"a.b_c", "a.b_c"},
      {"größe", "größe"},
      {"1e400", "inf"},
      {"1e-400", "0.00"},
      {"x # note", "x"},
      {"a\n+\nb", "(+ a b)"},
      {"F(x, 1, 2)", "(F x 1.00 2.00)"},
      {"c(a = 1, 'b' = 2)", "(c a=1.00 b=2.00)"},
      {"base::log(x)", "(log x)"},
      {"f()", "(f)"},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(tree_of(text), expected) << text;
}

// The right sides are those of R 4.2.2: deparse(quote(...)).
TEST(Expression, DeparsesAsR) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"a+b*-c", "a + b * -c"},
      {"ifelse(x>1,'u',\"v\")", "ifelse(x > 1, \"u\", \"v\")"},
      {"x^2", "x^2"},
      {"x:y", "x:y"},
      {"x%in%c(1,2)", "x %in% c(1, 2)"},
      {"!a&b", "!a & b"},
      {"`a b`+1", "`a b` + 1"},
      {"100000", "1e+05"},
      {"123456", "123456"},
      {"0.0001", "1e-04"},
      {"0.1", "0.1"},
      {"1e5L", "100000L"},
      {"x[1]", "x[1]"},
      {"x[['a']]", "x[[\"a\"]]"},
      {"f(x,y=2)", "f(x, y = 2)"},
      {"'a\\nb\\\\'", "\"a\\nb\\\\\""},
      {"y~a+b", "y ~ a + b"},
      {"~a", "~a"},
      {"x$y", "x$y"},
      {"pi*T", "pi * TRUE"},
  };
  for (const auto& [text, expected] : cases) {
    const auto parsed = parse_expression(text, "test");
    EXPECT_EQ(deparse(*parsed), expected) << text;
    EXPECT_EQ(tree_of(deparse(*parsed)), tree(*parsed)) << text;
  }
}

TEST(Expression, ListsVariablesInOrderOfFirstUse) {
  const auto names = [](const std::string& text) {
    return variables_of(*parse_expression(text, "test"));
  };
  EXPECT_EQ(names("b + a * b - log(c)"), (std::vector<std::string>{"b", "a", "c"}));
  EXPECT_EQ(names("x$y + T + pi"), (std::vector<std::string>{"x"}));
  EXPECT_EQ(names("1 + 2"), std::vector<std::string>{});
}

TEST(Expression, SaysWhereAndWhatIsWrong) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", "empty expression"},
      {"a +", "position 4"},
      {"a + ) b", "unexpected ')'"},
      {"(a", "expected ')'"},
      {"f(a,)", "an argument"},
      {"a b", "unexpected 'b'"},
      {"a = 1", "use == to compare"},
      {"a <- 1", "assignments"},
      {"x <-1", "x < -1"},
      {"'abc", "not closed"},
      {"`abc", "not closed"},
      {"a < b < c", "chained"},
      {"a is None", "is.na(x)"},
      {"a is not None", "!is.na(x)"},
      {"function(x) x", "transformFunc"},
      {"if (a) b else c", "ifelse()"},
      {"a; b", "several statements"},
      {"{a; b}", "several statements"},
      {"dplyr::lag(x)", "dplyr::"},
      {"2i", "complex"},
      {"3abc", "followed by a name"},
      {"'\\q'", "unknown escape"},
      {"a %foo% b", "%foo%"},
      {"a @ b", "slots"},
      {"x[1, 2]", "one index"},
      {"a ¬", "at position"},
      {std::string("a\0b", 3), "code 0"},
  };
  for (const auto& [text, expected] : cases) {
    try {
      parse_expression(text, "rowSelection");
      ADD_FAILURE() << "accepted: " << text;
    } catch (const InvalidArgument& error) {
      const std::string message = in_words_of_r(error.what());
      EXPECT_NE(message.find(expected), std::string::npos) << message;
      EXPECT_EQ(message.find("rowSelection: "), 0u) << message;
    }
  }
}

TEST(Expression, BoundsNesting) {
  for (const auto* open : {"(", "-", "!", "f(", "x[", "a^", "{", "not "}) {
    std::string text;
    for (int i = 0; i < 100000; ++i) text += open;
    EXPECT_THROW(parse_expression(text + "x", "test"), InvalidArgument) << open;
  }
}

TEST(Expression, TakesLongChains) {
  std::string text = "x0";
  for (int i = 1; i < 100000; ++i) text += " + x" + std::to_string(i);
  const auto parsed = parse_expression(text, "test");
  EXPECT_EQ(deparse(*parsed), text);
  EXPECT_EQ(variables_of(*parsed).size(), 100000u);
}

}  // namespace
}  // namespace insitu
