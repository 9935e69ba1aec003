// rxSummary from what a server sums: one question for all terms of numbers alone, one for each term
// with factors.
#include <algorithm>
#include <cmath>

#include "algorithms/row_variables.hpp"
#include "algorithms/summary.hpp"
#include "base/error.hpp"

namespace insitu {

namespace {

/// Positions of a term's sums in a question.
struct TermSums {
  std::size_t present = 0, counted = 0, low = 0, high = 0, centre = 0, sum = 0, squares = 0;
  std::size_t weight = 0, missing_weight = 0;  ///< with weights
};

std::size_t add(AggregateQuestion& question, RowSum sum) {
  question.sums.push_back(std::move(sum));
  return question.sums.size() - 1;
}

TermSums add_term(AggregateQuestion& question, const std::vector<std::uint32_t>& numbers,
                  RowValue::Centre centre) {
  const bool weighted = !question.weight.empty();
  std::vector<std::uint32_t> one, two;
  if (!numbers.empty()) {
    question.values.push_back({.factors = numbers, .from = centre, .whole = numbers.size() == 1});
    const auto v = static_cast<std::uint32_t>(question.values.size() - 1);
    one = {v};
    two = {v, v};
  }
  using Of = RowSum::Of;
  TermSums at;
  at.present = add(question, {.of = Of::kCount, .values = one, .with_weight = weighted});
  at.counted = add(question,
                   {.of = Of::kCount, .values = one, .with_weight = weighted, .nonzero = weighted});
  if (!numbers.empty()) {
    at.low = add(question,
                 {.of = Of::kLow, .values = one, .with_weight = weighted, .nonzero = weighted});
    at.high = add(question,
                  {.of = Of::kHigh, .values = one, .with_weight = weighted, .nonzero = weighted});
    at.centre = add(question, {.of = Of::kCentre, .values = one});
    at.sum = add(question, {.values = one, .weighted = weighted});
    at.squares = add(question, {.values = two, .weighted = weighted});
  }
  if (weighted) {
    // The weight where the value is there: a sum of the weight alone over those rows.
    at.missing_weight = add(question, {.values = one, .weighted = true, .missing = true});
    at.weight = add(question, {.weighted = true});
  }
  return at;
}

double sum_at(const AggregateAnswer::Cell& cell, std::size_t at) {
  return std::isnan(cell.sums.at(at)) ? 0 : cell.sums[at];
}

Moments moments_at(const AggregateAnswer::Cell& cell, const TermSums& at, bool weighted) {
  Moments m;
  m.n = cell.counts.at(at.counted);
  if (m.n == 0) return m;
  m.weight = weighted ? sum_at(cell, at.weight) - sum_at(cell, at.missing_weight)
                      : static_cast<double>(m.n);
  m.pivot = cell.sums[at.centre];
  m.sum = cell.sums[at.sum];
  m.squares = cell.sums[at.squares];
  m.low = cell.sums[at.low];
  m.high = cell.sums[at.high];
  if (!std::isfinite(m.low) || !std::isfinite(m.high) || !std::isfinite(m.sum) ||
      !std::isfinite(m.squares) || !std::isfinite(m.pivot))
    throw Unsupported("some values are infinite, or their squares are");
  return m;
}

/// Adds values to the cells of a table, whichever of them it holds.
template <class T, class Add>
void add_cells(CellTable<T>& table, const std::vector<std::int32_t>& cells, Add add_to) {
  std::vector<std::int32_t> own;
  const auto* place = table.places(cells.data(), cells.size(), own);
  for (std::size_t i = 0; i < cells.size(); ++i)
    if (place[i] >= 0) add_to(table.values()[place[i]], i);
}

void add_answer(const Summary& summary, std::size_t t, const std::vector<std::uint32_t>& by,
                const AggregateAnswer& answer, const TermSums& at, Summary::State& state) {
  const bool weighted = !summary.frame.weights.empty();
  const bool numeric = !term_variables(summary.frame, t).numbers.empty();
  auto& term = state.terms[t];
  std::vector<std::int32_t> codes;
  std::vector<const AggregateAnswer::Cell*> cells;
  for (const auto& cell : answer.cells) {
    const auto code = cell_of(summary.frame, t, by, cell.codes);
    if (code < 0) {
      term.missing.rows += cell.rows;
      if (weighted) term.missing.weight += sum_at(cell, at.weight);
      continue;
    }
    term.missing.rows += cell.rows - cell.counts.at(at.present);
    if (weighted && numeric) term.missing.weight += sum_at(cell, at.missing_weight);
    if (!numeric) term.valid += cell.counts.at(at.counted);
    codes.push_back(static_cast<std::int32_t>(code));
    cells.push_back(&cell);
  }
  if (numeric)
    add_cells(term.cells, codes, [&](Moments& into, std::size_t i) {
      into.merge(moments_at(*cells[i], at, weighted));
    });
  else if (weighted)
    add_cells(term.weights, codes,
              [&](double& into, std::size_t i) { into += sum_at(*cells[i], at.weight); });
  else
    add_cells(term.counts, codes,
              [&](std::int64_t& into, std::size_t i) { into += cells[i]->rows; });
}

}  // namespace

Summary::State Summary::aggregated(const AskAggregates& ask) const {
  auto state = init();
  const bool weighted = !frame.weights.empty();
  const auto begin = [&](const std::vector<std::uint32_t>& variables) {
    auto question = question_of(frame);
    question.complete = !by_term;
    // Of a question by term only its own variables are asked for: others may be of any type.
    if (by_term)
      for (std::uint32_t v = 0; v < question.variables.size(); ++v)
        if (std::ranges::find(variables, v) == variables.end())
          question.variables[v] = {.text = "0"};
    return question;
  };
  std::vector<std::uint32_t> numbers;
  std::vector<std::size_t> plain;
  for (std::size_t t = 0; t < frame.terms.size(); ++t) {
    const auto variables = term_variables(frame, t);
    if (!variables.factors.empty()) continue;
    plain.push_back(t);
    numbers.insert(numbers.end(), variables.numbers.begin(), variables.numbers.end());
  }
  // All rows, and those that are left out everywhere.
  auto question = begin(numbers);
  std::vector<TermSums> at;
  for (const auto t : plain)
    at.push_back(add_term(question, term_variables(frame, t).numbers, RowValue::Centre::kMean));
  const auto weight_of_complete = add(question, {.weighted = weighted});
  auto answer = ask_about(ask, question);
  if (answer.cells.size() != 1) throw DataError("a server has no answer of all rows");
  state.rows = by_term ? answer.cells[0].rows : answer.all_rows;
  for (std::size_t k = 0; k < plain.size(); ++k)
    add_answer(*this, plain[k], {}, answer, at[k], state);
  for (std::size_t t = 0; t < frame.terms.size(); ++t) {
    const auto variables = term_variables(frame, t);
    if (variables.factors.empty()) continue;
    auto used = variables.numbers;
    used.insert(used.end(), variables.factors.begin(), variables.factors.end());
    auto by_cell = begin(used);
    by_cell.by = variables.factors;
    const auto sums = add_term(by_cell, variables.numbers, RowValue::Centre::kCellMean);
    const auto cells = ask_about(ask, by_cell);
    std::int64_t rows = 0;
    for (const auto& cell : cells.cells) rows += cell.rows;
    if (rows != answer.cells[0].rows)
      throw DataError("the rows have changed while they were summed: run the call again");
    add_answer(*this, t, by_cell.by, cells, sums, state);
  }
  if (!by_term) {
    state.missing_rows = answer.all_rows - answer.cells[0].rows;
    double left_out = 0;
    if (weighted && state.missing_rows > 0) {
      AggregateQuestion all;
      all.weight = frame.weights;
      all.sums = {{.weighted = true}};
      const auto total = ask_about(ask, all);
      if (total.cells.size() != 1 || total.cells[0].rows != answer.all_rows)
        throw DataError("the rows have changed while they were summed: run the call again");
      left_out = sum_at(total.cells[0], 0) - sum_at(answer.cells[0], weight_of_complete);
    }
    for (auto& term : state.terms) {
      term.missing.rows += state.missing_rows;
      term.missing.weight += left_out;
    }
  }
  return state;
}

}  // namespace insitu
