#pragma once
// The formula language: responses ~ terms (spec: formulas-and-output.md, section 1). Parsed here,
// bound to data in model_frame.hpp.
//
// Terms stay in the order written. `+ - : * / ^ ( )` combine terms; everything else (calls,
// comparisons, F(x), I(x^2)) is one variable of a term. Arithmetic with a number is a variable too:
// `x^2`, `x/10`, `2*x`; `^` crosses terms only where its base has several: `(a + b)^2` is `a + b +
// a:b`.
#include <string>
#include <string_view>
#include <vector>

#include "formula/expression/expression.hpp"

namespace insitu {

/// One term: the variables (expressions) that are crossed with ':'; `a`, `a:b`, `log(x):F(y)`.
struct Term {
  std::vector<ExpressionPtr> factors;
};

struct Formula {
  std::vector<ExpressionPtr> responses;  ///< empty: one-sided; several: cbind(y1, y2)
  std::vector<Term> terms;     ///< in the order written; `*` and `^` expanded; no term twice
  bool intercept = true;       ///< false after "- 1", "+ 0", "0 +"
  bool all_variables = false;  ///< right-hand side holds "."; the caller expands it (expand_dot)
  std::vector<Term> removed;   ///< taken away from "." once it is expanded: `. - x`
};

/// Throws InvalidArgument with the position in the text and what was expected.
Formula parse_formula(std::string_view text);

/// Deparsed in the normal form "y ~ a + b + a:b".
std::string deparse(const Formula&);
std::string deparse(const Term&);  ///< "a:b"

/// Replaces "." by the named variables (those of the left-hand side are left out by the caller).
Formula expand_dot(const Formula&, const std::vector<std::string>& variables);

/// Names of the columns that the formula reads (responses first), each once; "." is not among them.
std::vector<std::string> variables_of(const Formula&);

}  // namespace insitu
