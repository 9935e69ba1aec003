#pragma once
// Which expressions need the levels of a factor to be the same in all chunks: those that look at
// codes or level lists (as.integer, levels, an index). Those that look at labels do not.
#include <set>
#include <span>
#include <string>
#include <vector>

#include "formula/expression/expression.hpp"

namespace insitu {

using NameSet = std::set<std::string, std::less<>>;

/// A transform (its name and expression; null: the variable is removed), or, without a name, an
/// expression of the rows that follow.
struct NamedExpression {
  std::string name;
  ExpressionPtr expression;
};

/// Those of `factors` (columns as they are before the first expression) whose codes or levels some
/// expression looks at, also by way of a variable that is a copy. Whoever is not known to look at
/// labels alone counts as looking at codes.
NameSet factors_used_by_code(std::span<const NamedExpression>, const NameSet& factors);

/// Whether the function reads a factor by its labels alone, so that its value does not depend on
/// which levels a chunk lists or in what order.
bool reads_labels_only(const Expression& call);

/// The argument x of factor(x), ordered(x), as.factor(x) or as.ordered(x) without `levels`, whose
/// levels are thus those of the rows; null: another expression.
ExpressionPtr factor_without_levels(const Expression& call);

}  // namespace insitu
