#pragma once
// The variables of a frame as a server is asked for them (analysis/aggregates.hpp), and its answers
// in the frame's terms.
#include <cstdint>
#include <string>
#include <vector>

#include "analysis/aggregates.hpp"
#include "formula/model/model_frame.hpp"

namespace insitu {

/// A question about all variables of the frame, at their positions, and its weights.
AggregateQuestion question_of(const ModelFrame&);
/// The text of a column's name in an expression: in backticks where needed.
std::string column_text(const std::string& name);
/// A double in an expression, whatever its size. REQUIRES: finite.
std::string double_text(double);
/// The variable as it is asked for.
RowVariable row_variable(const ModelVariable&);

/// Number and categorical variables of a term, in order.
struct TermVariables {
  std::vector<std::uint32_t> numbers, factors;
};
TermVariables term_variables(const ModelFrame&, std::size_t term);

/// Asks. Throws Unsupported where a weight is none: the rows tell which.
AggregateAnswer ask_about(const AskAggregates&, const AggregateQuestion&);

/// The cell of a term by the codes of an answer, of which `by` tells the variables; negative where
/// one is missing.
std::int64_t cell_of(const ModelFrame&, std::size_t term, const std::vector<std::uint32_t>& by,
                     const std::vector<std::int32_t>& codes);

}  // namespace insitu
