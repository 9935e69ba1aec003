#pragma once
// Expressions in the portable subset of R: the text of transforms, row selections and terms of a
// formula, parsed once and evaluated by the engine in any compute context. On the wire an
// expression travels as its text.
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace insitu {

class Expression;
using ExpressionPtr = std::shared_ptr<const Expression>;

/// A node of the tree. Operators are calls named as in R: "+", "-" (one or two arguments), "*",
/// "/", "^", "%%", "%/%",
/// "%in%", ":", "==", "!=", "<", "<=", ">", ">=", "!", "&", "&&", "|", "||", "~", "(", "[", "[[",
/// "$" (its second argument is a string). Nesting is bounded, but a chain `a + b + c ...` is a tree
/// as deep as it is long: walk the first argument in a loop, not by recursion, where a chain may be
/// long (formulas).
class Expression {
 public:
  Expression() = default;
  Expression(const Expression&) = default;
  Expression& operator=(const Expression&) = default;
  ~Expression();

  enum class Kind { kNumber, kInteger, kString, kLogical, kMissing, kNull, kName, kCall };
  struct Argument {
    std::string name;  ///< "" when not named
    ExpressionPtr value;
  };

  Kind kind = Kind::kNull;
  double number = 0;  ///< kNumber, kInteger (3L), kLogical (0 or 1)
  /// kString: the string; kName: the name; kCall: the function; kMissing: "NA", "NA_integer_", ...;
  /// kNumber: "pi"; the digits of a whole number beyond 2^53, which is an int64; or "".
  std::string text;
  std::vector<Argument> arguments;  ///< kCall
  std::size_t position = 0;         ///< where it begins in the parsed text, for messages

  bool is_call(std::string_view function) const { return kind == Kind::kCall && text == function; }
};

/// Parses one expression. T, F and pi are the constants (a column of that name needs backticks);
/// Python's spellings `and`, `or`, `not`, `**`, `//`, True, False and None are accepted; { } may
/// enclose one expression. `what` names it in errors ("rowSelection", "transforms$Late"). Throws
/// InvalidArgument with the position and what was expected. Nesting and length are bounded.
ExpressionPtr parse_expression(std::string_view text, std::string_view what);

/// The text of an expression as R's deparse writes it (one line); parse_expression of it gives the
/// same tree.
std::string deparse(const Expression&);

/// Names of the variables that the expression reads, in order of first use; functions are not
/// variables.
std::vector<std::string> variables_of(const Expression&);

}  // namespace insitu
