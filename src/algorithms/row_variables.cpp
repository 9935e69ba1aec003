#include "algorithms/row_variables.hpp"

#include <algorithm>
#include <cmath>

#include "base/error.hpp"
#include "base/number_text.hpp"

namespace insitu {

std::string column_text(const std::string& name) {
  Expression column;
  column.kind = Expression::Kind::kName;
  column.text = name;
  return deparse(column);
}

std::string double_text(double value) {
  auto text = shortest_text(std::fabs(value));
  // Digits alone are a whole number of 64 bits where they are many.
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return std::signbit(value) ? "(-" + text + ")" : text;
}

RowVariable row_variable(const ModelVariable& variable) {
  RowVariable row;
  row.expression = variable.column.empty();
  if (row.expression) {
    row.text = variable.expression;
  } else {
    row.text = column_text(variable.column);
  }
  if (variable.from_range) {
    row.kind = RowVariable::Kind::kRange;
    row.low = variable.low;
    row.high = variable.high;
    row.others =
        variable.exclude ? -1 : static_cast<std::int32_t>(variable.high - variable.low) + 1;
    return row;
  }
  row.levels = variable.levels;
  if (variable.categorical) row.kind = RowVariable::Kind::kLevels;
  if (variable.restricted) {
    row.unknown_is_error = false;
    if (!variable.exclude && !row.levels.empty()) {
      row.levels.pop_back();
      row.others = static_cast<std::int32_t>(row.levels.size());
    }
  }
  if (!variable.categorical && !variable.level_codes) row.levels.clear();
  return row;
}

AggregateQuestion question_of(const ModelFrame& frame) {
  AggregateQuestion question;
  for (const auto& variable : frame.variables) question.variables.push_back(row_variable(variable));
  question.weight = frame.weights;
  question.whole_weights = frame.frequency_weights;
  return question;
}

TermVariables term_variables(const ModelFrame& frame, std::size_t term) {
  TermVariables variables;
  for (const auto v : frame.terms[term].variables)
    (frame.variables[v].categorical ? variables.factors : variables.numbers).push_back(v);
  return variables;
}

AggregateAnswer ask_about(const AskAggregates& ask, const AggregateQuestion& question) {
  auto answer = ask(question);
  if (answer.bad_weights > 0) throw Unsupported("some weights are negative, infinite or no counts");
  return answer;
}

std::int64_t cell_of(const ModelFrame& frame, std::size_t term,
                     const std::vector<std::uint32_t>& by, const std::vector<std::int32_t>& codes) {
  std::int64_t cell = 0, stride = 1;
  for (const auto v : term_variables(frame, term).factors) {
    const auto at = static_cast<std::size_t>(std::ranges::find(by, v) - by.begin());
    if (codes.at(at) < 0) return -1;
    if (static_cast<std::size_t>(codes[at]) >= frame.variables[v].levels.size())
      throw DataError("a server told of a level that is none");
    cell += stride * codes[at];
    stride *= static_cast<std::int64_t>(frame.variables[v].levels.size());
  }
  return cell;
}

}  // namespace insitu
