#include "algorithms/summary.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/error.hpp"
#include "base/named.hpp"

namespace insitu {

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

struct TermKind {
  bool numeric = false, categorical = false;
};

TermKind kind_of(const ModelFrame& frame, std::size_t term) {
  TermKind kind;
  for (const auto index : frame.terms[term].variables)
    (frame.variables[index].categorical ? kind.categorical : kind.numeric) = true;
  return kind;
}

/// The value of a term per row: the one numeric variable as it lies, or the product of several.
Column value_of(const ModelFrame& frame, std::size_t term,
                const std::vector<VariableRows>& by_variable) {
  std::vector<const Column*> columns;
  for (const auto index : frame.terms[term].variables)
    if (!by_variable[index].categorical) columns.push_back(&by_variable[index].values);
  if (columns.size() == 1) return *columns[0];
  std::vector<double> product(columns[0]->size()), next(product.size());
  columns[0]->numbers(product.data());
  for (std::size_t i = 1; i < columns.size(); ++i) {
    columns[i]->numbers(next.data());
    for (std::size_t row = 0; row < product.size(); ++row) product[row] *= next[row];
  }
  return Column::own(Type::kFloat64, std::move(product));
}

void count_cells(const std::int32_t* cell, std::size_t rows, Summary::TermState& state) {
  std::vector<std::int32_t> own;
  const auto* place = state.counts.places(cell, rows, own);
  auto* counts = state.counts.values();
  const std::size_t cells = state.counts.cells();
  std::int64_t missing = 0;
  if (cells <= 1024) {
    // Four tables, so that runs of one level do not wait for the counter just written; slot 0
    // counts missing values.
    std::array<std::vector<std::uint32_t>, 4> tables;
    for (auto& table : tables) table.assign(cells + 1, 0);
    std::size_t i = 0;
    for (; i + 4 <= rows; i += 4)
      for (std::size_t k = 0; k < 4; ++k)
        ++tables[k][static_cast<std::size_t>(std::max(cell[i + k], -1) + 1)];
    for (; i < rows; ++i) ++tables[0][static_cast<std::size_t>(std::max(cell[i], -1) + 1)];
    for (const auto& table : tables) {
      missing += table[0];
      for (std::size_t k = 0; k < cells; ++k) counts[k] += table[k + 1];
    }
  } else {
    for (std::size_t i = 0; i < rows; ++i) {
      if (place[i] < 0)
        ++missing;
      else
        ++counts[static_cast<std::size_t>(place[i])];
    }
  }
  state.missing.rows += missing;
  state.valid += static_cast<std::int64_t>(rows) - missing;
}

void weigh_cells(const std::int32_t* cell, const double* weights, std::size_t rows,
                 Summary::TermState& state) {
  std::vector<std::int32_t> own;
  const auto* place = state.weights.places(cell, rows, own);
  auto* sums = state.weights.values();
  for (std::size_t i = 0; i < rows; ++i) {
    const double w = weights[i];
    if (place[i] < 0 || w != w) {
      ++state.missing.rows;
      state.missing.weight += w == w ? w : 0;
    } else if (w != 0) {
      ++state.valid;
      sums[place[i]] += w;
    }
  }
}

/// The listed rows of a variable.
VariableRows take(const VariableRows& variable, const std::vector<std::uint32_t>& rows) {
  VariableRows taken;
  taken.categorical = variable.categorical;
  if (variable.categorical) {
    taken.own_codes.reserve(rows.size());
    for (const auto row : rows) taken.own_codes.push_back(variable.codes[row]);
    taken.codes = taken.own_codes.data();
  } else {
    taken.values = variable.values.take(rows);
  }
  return taken;
}

Statistics statistics_of(const Moments& m, bool weighted, bool frequency) {
  Statistics s;
  s.valid = m.n;
  s.weight = m.weight;
  s.sum = m.n ? m.total() : 0;
  s.mean = m.n ? m.mean() : kNaN;
  s.low = m.n ? m.low : kNaN;
  s.high = m.n ? m.high : kNaN;
  const auto n = static_cast<double>(m.n);
  // Probability weights: the mean square with the rows' own n / (n - 1); frequency weights: as
  // repeated rows.
  double variance = kNaN;
  if (weighted && !frequency) {
    if (m.n > 1) variance = m.squared_deviations() / m.weight * (n / (n - 1));
  } else if (m.weight > 1) {
    variance = m.squared_deviations() / (m.weight - 1);
  }
  s.std_dev = std::sqrt(variance);
  return s;
}

}  // namespace

void Summary::State::merge(const State& next) {
  if (next.terms.size() != terms.size())
    throw DataError("states of different summaries cannot be merged");
  rows += next.rows;
  missing_rows += next.missing_rows;
  for (std::size_t t = 0; t < terms.size(); ++t) {
    auto& a = terms[t];
    const auto& b = next.terms[t];
    a.cells.merge(b.cells, [](Moments* into, const Moments* from) { into->merge(*from); });
    a.counts.merge(b.counts, [](auto* into, const auto* from) { *into += *from; });
    a.weights.merge(b.weights, [](auto* into, const auto* from) { *into += *from; });
    a.valid += b.valid;
    a.missing.rows += b.missing.rows;
    a.missing.weight += b.missing.weight;
  }
}

Summary::State Summary::init() const {
  frame.validate();
  State state;
  state.terms.resize(frame.terms.size());
  for (std::size_t t = 0; t < frame.terms.size(); ++t) {
    const auto kind = kind_of(frame, t);
    const auto cells = frame.cells(t);
    if (kind.numeric)
      state.terms[t].cells = CellTable<Moments>(cells);
    else if (frame.weights.empty())
      state.terms[t].counts = CellTable<std::int64_t>(cells);
    else
      state.terms[t].weights = CellTable<double>(cells);
  }
  return state;
}

void Summary::check(const State& state) const {
  constexpr std::int64_t kMostRows = std::int64_t{1} << 53;  // sums of counts stay exact
  const auto counts = [](std::int64_t count) { return count >= 0 && count <= kMostRows; };
  bool sound = counts(state.rows) && counts(state.missing_rows) &&
               state.missing_rows <= state.rows && state.terms.size() == frame.terms.size();
  for (std::size_t t = 0; sound && t < state.terms.size(); ++t) {
    const auto& term = state.terms[t];
    const auto kind = kind_of(frame, t);
    const std::uint64_t cells = frame.cells(t);
    const bool counted = !kind.numeric && frame.weights.empty();
    sound = term.cells.belongs_to(kind.numeric ? cells : 0, 1) &&
            term.counts.belongs_to(counted ? cells : 0, 1) &&
            term.weights.belongs_to(kind.numeric || counted ? 0 : cells, 1) &&
            counts(term.missing.rows);
    if (sound)
      term.counts.each([&](std::size_t, const auto* count) { sound = sound && counts(*count); });
  }
  if (!sound) throw DataError("a state of a summary has counts that cannot be");
}

void Summary::accumulate(State& state, const Chunk& chunk) const {
  auto rows = chunk.rows;
  std::vector<VariableRows> by_variable(frame.variables.size());
  for (std::size_t i = 0; i < by_variable.size(); ++i)
    by_variable[i] = frame.variable_rows(i, chunk);
  auto weights = frame.weight_rows(chunk);
  state.rows += static_cast<std::int64_t>(rows);
  if (!by_term) {
    std::vector<std::uint8_t> complete(rows, 1);
    for (const auto& variable : by_variable) leave_out_missing(variable, rows, complete.data());
    for (std::size_t i = 0; i < weights.size(); ++i)
      complete[i] &= static_cast<std::uint8_t>(weights[i] == weights[i]);
    std::vector<std::uint32_t> list;
    for (std::size_t i = 0; i < rows; ++i)
      if (complete[i]) list.push_back(static_cast<std::uint32_t>(i));
    if (list.size() < rows) {
      const auto left_out = static_cast<std::int64_t>(rows - list.size());
      double left_out_weight = 0;
      for (std::size_t i = 0; i < weights.size(); ++i)
        if (!complete[i] && weights[i] == weights[i]) left_out_weight += weights[i];
      state.missing_rows += left_out;
      for (auto& term : state.terms) {
        term.missing.rows += left_out;
        term.missing.weight += left_out_weight;
      }
      for (auto& variable : by_variable) variable = take(variable, list);
      if (!weights.empty()) {
        for (std::size_t i = 0; i < list.size(); ++i) weights[i] = weights[list[i]];
        weights.resize(list.size());
      }
      rows = list.size();
    }
  }
  if (rows == 0) return;
  const double* w = weights.empty() ? nullptr : weights.data();
  std::vector<std::int32_t> own;
  for (std::size_t t = 0; t < frame.terms.size(); ++t) {
    auto& term = state.terms[t];
    const auto kind = kind_of(frame, t);
    const auto* cell = frame.cell_rows(t, by_variable, rows, own);
    if (!kind.numeric) {
      w ? weigh_cells(cell, w, rows, term) : count_cells(cell, rows, term);
    } else {
      const auto value = value_of(frame, t, by_variable);
      if (cell) {
        std::vector<std::int32_t> places;
        const auto* place = term.cells.places(cell, rows, places);
        add_by_cell(value, w, place, term.cells.values(), term.missing);
      } else {
        term.cells.values()->merge(moments_of(value, w, term.missing));
      }
    }
  }
}

SummaryResult Summary::finalize(const State& state) const {
  const bool weighted = !frame.weights.empty();
  SummaryResult result;
  result.rows = state.rows - state.missing_rows;
  result.missing_rows = state.missing_rows;
  for (std::size_t t = 0; t < frame.terms.size(); ++t) {
    const auto& from = state.terms[t];
    const auto kind = kind_of(frame, t);
    auto& term = result.terms.emplace_back();
    term.numeric = kind.numeric;
    term.categorical = kind.categorical;
    if (kind.numeric) {
      Moments all;
      if (kind.categorical) term.cells.reserve(from.cells.cells());
      for (std::size_t cell = 0; cell < from.cells.cells(); ++cell) {
        const auto* touched = from.cells.find(cell);
        const auto moments = touched ? *touched : Moments();
        all.merge(moments);
        if (kind.categorical)
          term.cells.push_back(statistics_of(moments, weighted, frame.frequency_weights));
      }
      term.all = statistics_of(all, weighted, frame.frequency_weights);
    } else {
      term.all = {kNaN, kNaN, kNaN, kNaN, kNaN};
      term.all.valid = from.valid;
      term.counts.resize(std::max(from.counts.cells(), from.weights.cells()));
      from.counts.each([&](std::size_t cell, const auto* count) {
        term.counts[cell] = static_cast<double>(*count);
      });
      from.weights.each([&](std::size_t cell, const double* sum) { term.counts[cell] = *sum; });
      if (weighted)
        for (const double sum : term.counts) term.all.weight += sum;
    }
    term.all.missing = from.missing.rows;
    term.all.missing_weight = from.missing.weight;
  }
  return result;
}

Formula summary_formula(const Formula& written, const Schema& schema) {
  Formula formula = written;
  if (formula.responses.size() > 1)
    throw InvalidArgument("formula: `rxSummary` takes one response, not several"_named);
  if (formula.all_variables) {
    std::vector<std::string> names;
    for (const auto& field : schema.fields()) {
      const bool is_response = !formula.responses.empty() &&
                               formula.responses[0]->kind == Expression::Kind::kName &&
                               formula.responses[0]->text == field.name;
      if (field.type != Type::kString && !is_response) names.push_back(field.name);
    }
    formula = expand_dot(formula, names);
  }
  if (formula.terms.empty())
    throw InvalidArgument("formula: expected variables to summarise after '~'");
  if (!formula.responses.empty()) {
    auto& factors = formula.terms[0].factors;
    factors.insert(factors.begin(), formula.responses[0]);
    formula.responses.clear();
  }
  return formula;
}

}  // namespace insitu
