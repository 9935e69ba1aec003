#pragma once
// The formula language: responses ~ terms (spec: formulas-and-output.md, section 1). Parsed here, bound to data in
// model_frame.hpp.
#include <string>
#include <string_view>
#include <vector>

#include "formula/expression.hpp"

namespace insitu {

/// One term: the variables (expressions) that are crossed with ':'; `a`, `a:b`, `log(x):F(y)`.
struct Term {
  std::vector<ExpressionPtr> factors;
};

struct Formula {
  std::vector<ExpressionPtr> responses;  ///< empty: one-sided; several: cbind(y1, y2)
  std::vector<Term> terms;               ///< in the order written; `*` and `^` expanded; no term twice
  bool intercept = true;                 ///< false after "- 1", "+ 0", "0 +"
  bool all_variables = false;            ///< right-hand side holds "."; the caller expands it (expand_dot)
};

/// Throws InvalidArgument with the position in the text and what was expected.
Formula parse_formula(std::string_view text);

/// Deparsed in the normal form "y ~ a + b + a:b".
std::string deparse(const Formula&);
std::string deparse(const Term&);  ///< "a:b"

/// Replaces "." by the named variables (those of the left-hand side are left out by the caller).
Formula expand_dot(const Formula&, const std::vector<std::string>& variables);

}  // namespace insitu
