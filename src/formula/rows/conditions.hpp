#pragma once
// What a row selection says of single columns, for sources that can skip what it rules out. Private
// to src/formula.
#include <vector>

#include "data/condition.hpp"
#include "data/schema.hpp"
#include "formula/expression/evaluate.hpp"

namespace insitu {

/// Conditions that hold for every row for which the selection, an expression over columns of the
/// schema, is TRUE: of its parts joined by `&`, those that compare a column with a constant, ask
/// whether it is one of some (%in%) or missing (is.na). None when the selection uses anything whose
/// value or failure could depend on other rows, or on which rows it sees.
std::vector<Condition> conditions_of(const Expression& selection, const Schema&, const ObjectMap&);

}  // namespace insitu
