#include "algorithms/design.hpp"

#include <algorithm>
#include <numeric>

#include "base/error.hpp"

namespace insitu {

namespace {

constexpr std::size_t kMostCrossed = 16;

/// A term as a set of categorical variables (in the order in which cells count them) and one of
/// numeric ones.
struct TermVariables {
  std::vector<std::uint32_t> categorical, levels, sorted, numeric;
};

TermVariables variables_of(const ModelFrame& frame, const ModelTerm& term) {
  TermVariables result;
  for (const auto v : term.variables) {
    if (frame.variables[v].categorical) {
      result.categorical.push_back(v);
      result.levels.push_back(static_cast<std::uint32_t>(frame.variables[v].levels.size()));
    } else {
      result.numeric.push_back(v);
    }
  }
  result.sorted = result.categorical;
  std::sort(result.sorted.begin(), result.sorted.end());
  std::sort(result.numeric.begin(), result.numeric.end());
  return result;
}

/// Whether the columns of `term` hold, in their span, one column per combination of `variables`
/// (times the values).
bool spans(const TermVariables& term, const std::vector<std::uint32_t>& variables,
           const std::vector<std::uint32_t>& numeric) {
  return term.numeric == numeric &&
         std::includes(term.sorted.begin(), term.sorted.end(), variables.begin(), variables.end());
}

/// Level of each categorical variable in a cell; the first varies fastest.
std::vector<std::uint32_t> levels_of(std::uint32_t cell, const std::vector<std::uint32_t>& levels) {
  std::vector<std::uint32_t> result;
  for (const auto count : levels) {
    result.push_back(count ? cell % count : 0);
    cell = count ? cell / count : 0;
  }
  return result;
}

}  // namespace

Design::Design(const ModelFrame& frame, const MomentShape& shape, const Coding& coding)
    : intercept(frame.intercept && !coding.cube) {
  constexpr auto kNone = DesignColumn::kNone;
  std::vector<TermVariables> terms;
  for (const auto& term : frame.terms) terms.push_back(variables_of(frame, term));
  std::vector<std::size_t> dense_of(terms.size(), kNone), block_of(terms.size(), kNone);
  for (std::size_t i = 0; i < shape.dense_terms.size(); ++i) dense_of[shape.dense_terms[i]] = i;
  for (std::size_t i = 0; i < shape.blocks.size(); ++i) block_of[shape.blocks[i].term] = i;

  std::vector<std::size_t> begin(terms.size());
  if (intercept) columns.push_back({});
  for (std::size_t t = 0; t < terms.size(); ++t) {
    begin[t] = columns.size();
    const std::uint32_t cells = terms[t].categorical.empty() ? 1 : frame.cells(t);
    for (std::uint32_t cell = 0; cell < cells; ++cell)
      columns.push_back({t, cell, dense_of[t], block_of[t]});
  }

  std::vector<std::size_t> term_order(terms.size());
  std::iota(term_order.begin(), term_order.end(), std::size_t{0});
  if (!coding.drop_main)
    std::stable_sort(term_order.begin() + (coding.cube && !terms.empty() ? 1 : 0), term_order.end(),
                     [&](std::size_t a, std::size_t b) {
                       return frame.terms[a].variables.size() < frame.terms[b].variables.size();
                     });
  if (!intercept && !terms.empty()) {
    const auto& first = terms[term_order.front()];
    spans_constant = !first.categorical.empty() && first.numeric.empty();
  }

  if (intercept) order.push_back(0);
  for (std::size_t position = 0; position < term_order.size(); ++position) {
    const std::size_t t = term_order[position];
    const auto& term = terms[t];
    if (term.categorical.empty()) {
      order.push_back(begin[t]);
      continue;
    }
    const auto spanned = [&](const std::vector<std::uint32_t>& variables) {
      if (variables.empty() && term.numeric.empty() && intercept) return true;
      return std::any_of(
          term_order.begin(), term_order.begin() + static_cast<std::ptrdiff_t>(position),
          [&](std::size_t before) { return spans(terms[before], variables, term.numeric); });
    };
    const bool all_redundant = spanned(term.sorted);
    // Sets of variables, as bits, without which the term is spanned: cells at the reference of all
    // of them are redundant.
    if (term.categorical.size() > kMostCrossed)
      throw InvalidArgument("a term crosses more than 16 categorical variables: " +
                            frame.terms[t].label);
    std::vector<std::uint32_t> removable;
    for (std::uint32_t removed = 1; removed < std::uint32_t{1} << term.categorical.size();
         ++removed) {
      std::vector<std::uint32_t> rest;
      for (std::size_t v = 0; v < term.categorical.size(); ++v)
        if (!(removed >> v & 1)) rest.push_back(term.categorical[v]);
      std::sort(rest.begin(), rest.end());
      if (spanned(rest)) removable.push_back(removed);
    }
    const std::uint32_t cells = frame.cells(t);
    for (std::uint32_t i = 0; i < cells; ++i) {
      // With the first level as reference, the first level comes last.
      std::uint32_t cell = 0, stride = 1;
      std::uint32_t at_reference = 0;
      const auto digits = levels_of(i, term.levels);
      for (std::size_t v = 0; v < digits.size(); ++v) {
        const std::uint32_t count = term.levels[v];
        const std::uint32_t level = coding.drop_first ? (digits[v] + 1) % count : digits[v];
        if (digits[v] + 1 == count) at_reference |= std::uint32_t{1} << v;
        cell += stride * level;
        stride *= count;
      }
      columns[begin[t] + cell].redundant =
          all_redundant ||
          std::any_of(removable.begin(), removable.end(),
                      [&](std::uint32_t removed) { return (removed & at_reference) == removed; });
      order.push_back(begin[t] + cell);
    }
  }
}

template <class Real>
bool last_level_empty(const ModelFrame& frame, const MomentShape& shape,
                      const ModelMoments<Real>& moments) {
  for (std::size_t b = 0; b < shape.blocks.size(); ++b) {
    if (shape.blocks[b].numeric) continue;
    const auto term = variables_of(frame, frame.terms[shape.blocks[b].term]);
    std::vector<bool> seen(term.levels.size());
    for (std::uint32_t cell = 0; cell < shape.blocks[b].cells; ++cell) {
      if (!(moments.cell_sum(b, cell) > Real(0))) continue;
      const auto levels = levels_of(cell, term.levels);
      for (std::size_t v = 0; v < levels.size(); ++v)
        if (levels[v] + 1 == term.levels[v]) seen[v] = true;
    }
    if (std::find(seen.begin(), seen.end(), false) != seen.end()) return true;
  }
  return false;
}

template bool last_level_empty(const ModelFrame&, const MomentShape&, const ModelMoments<double>&);
template bool last_level_empty(const ModelFrame&, const MomentShape&,
                               const ModelMoments<DoubleDouble>&);

}  // namespace insitu
