// Sums by bins from what a server sums: one question for the ends of the values, one by bins. A bin
// is the same arithmetic on doubles there as here, so that counts are equal.
#include <cmath>

#include "algorithms/binned_sums.hpp"
#include "algorithms/row_variables.hpp"
#include "base/error.hpp"

namespace insitu {

namespace {

/// Bins beyond which the rows are as cheap to read as the answer.
constexpr std::size_t kMostAsked = 1'000'000;

/// Half of a whole number away from zero, as std::round.
std::string rounded_text(const std::string& x) {
  return "ifelse(abs(" + x + " - trunc(" + x + ")) >= 0.5, trunc(" + x + ") + sign(" + x +
         "), trunc(" + x + "))";
}

/// Positions of what both questions sum.
struct BinSumsAt {
  std::size_t rows = 0, low = 0, high = 0, weight = 0, sum = 0, lowest_other = 0;
};

BinSumsAt add_sums(AggregateQuestion& question, bool has_other) {
  using Of = RowSum::Of;
  const bool weighted = !question.weight.empty();
  const auto add = [&](RowSum sum) {
    sum.with_weight = sum.nonzero = weighted;
    question.sums.push_back(std::move(sum));
    return question.sums.size() - 1;
  };
  BinSumsAt at;
  at.rows = add({.of = Of::kCount});
  at.low = add({.of = Of::kLow, .values = {0}});
  at.high = add({.of = Of::kHigh, .values = {0}});
  if (weighted) at.weight = add({.weighted = true});
  if (has_other) {
    at.sum = add({.values = {1}, .weighted = weighted});
    at.lowest_other = add({.of = Of::kLow, .values = {1}});
  }
  return at;
}

}  // namespace

BinnedSums::State BinnedSums::aggregated(const AskAggregates& ask) const {
  if (bins() > kMostAsked)
    throw Unsupported("its bins are more than " + std::to_string(kMostAsked));
  auto state = init();
  AggregateQuestion question;
  question.weight = weights;
  question.complete = true;
  const auto name = column_text(variable);
  const auto value = "as.numeric(" + name + ")";
  question.variables.push_back({.text = name});
  question.values.push_back({.factors = {0}});
  if (!other.empty()) {
    question.variables.push_back({.text = column_text(other)});
    question.values.push_back({.factors = {1}});
  }
  const auto extra = static_cast<std::uint32_t>(question.variables.size());
  const auto at = add_sums(question, !other.empty());
  const auto scaled = rule.multiple == 1 ? value : value + " * " + double_text(rule.multiple);
  if (!counting) {
    const std::string x = "(" + scaled + ")";
    const std::string away = "pmin(" + x + " - floor(" + x + "), ceiling(" + x + ") - " + x + ")";
    const std::string is_whole = rule.given_multiple ? away + " <= 1e-09 * pmax(1, abs(" + x + "))"
                                                     : "floor(" + x + ") == " + x;
    question.variables.push_back(
        {.text = "abs(" + x + ") <= " + double_text(kLastWhole) + " & " + is_whole,
         .expression = true});
    question.values.push_back({.factors = {extra}});
    question.sums.push_back({.values = {static_cast<std::uint32_t>(question.values.size() - 1)},
                             .with_weight = !weights.empty(),
                             .nonzero = !weights.empty()});
  } else {
    std::string bin = "0";
    if (whole)
      bin = rounded_text("(" + scaled + ")") + " - " + double_text(std::round(low * rule.multiple));
    else if (high > low)
      bin = "floor((" + value + " - " + double_text(low) + ") / " + double_text(high - low) +
            " * " + double_text(static_cast<double>(rule.breaks)) + ")";
    else
      bin = "0 * sign(" + value + ")";
    question.variables.push_back({.kind = RowVariable::Kind::kRange,
                                  .text = bin,
                                  .expression = true,
                                  .others = static_cast<std::int32_t>(bins()) + 1,
                                  .low = 0,
                                  .high = static_cast<double>(bins())});
    question.by = {extra};
  }
  const auto answer = ask_about(ask, question);
  std::int64_t told = 0;
  for (const auto& cell : answer.cells) {
    told += cell.rows;
    const auto rows = cell.counts.at(at.rows);
    if (rows == 0) continue;
    const double cell_weight =
        weights.empty() ? static_cast<double>(rows) : cell.sums.at(at.weight);
    state.rows += rows;
    state.weight += cell_weight;
    state.low = std::min(state.low, cell.sums.at(at.low));
    state.high = std::max(state.high, cell.sums.at(at.high));
    if (!other.empty()) {
      if (!std::isfinite(cell.sums.at(at.sum))) throw Unsupported("some values are infinite");
      state.sum += cell.sums.at(at.sum);
      state.lowest_other = std::min(state.lowest_other, cell.sums.at(at.lowest_other));
    }
    if (!counting) {
      state.odd_rows += rows - std::llround(cell.sums.back());
      continue;
    }
    auto bin = static_cast<std::size_t>(cell.codes.at(0));
    if (!whole && bin == bins()) --bin;  // the highest value, at the end of the last bin
    if (bin >= bins() || state.low < low || state.high > high) throw values_changed();
    state.weights[bin] += cell_weight;
    if (!other.empty()) state.sums[bin] += cell.sums.at(at.sum);
  }
  state.missing_rows = answer.all_rows - told;
  return state;
}

}  // namespace insitu
