// Histograms from what a server sums: one question for the ends of the values, one by bins and
// panels. A row belongs to the bin that comparisons of its value with the ends give, so that counts
// are equal.
#include <algorithm>
#include <cmath>

#include "algorithms/bin_counts.hpp"
#include "algorithms/row_variables.hpp"
#include "base/error.hpp"

namespace insitu {

namespace {

/// Bins beyond which a statement would be too long.
constexpr std::size_t kMostAsked = 2000;

/// Where a row belongs, as codes of the question: bin k is kFirstBin + k.
enum Place : std::int32_t { kBeyondLimits = 0, kInNoBin = 1, kFirstBin = 2 };

std::string between(const std::string& x, double low, double high) {
  return x + " >= " + double_text(low) + " & " + x + " <= " + double_text(high);
}

/// The bin of a value between the ends, from `first` to `last`: a search by halves.
std::string bin_text(const std::string& x, const std::vector<double>& breaks, std::size_t first,
                     std::size_t last) {
  if (first == last) return std::to_string(first + kFirstBin);
  const auto middle = (first + last) / 2;
  return "ifelse(" + x + " <= " + double_text(breaks[middle + 1]) + ", " +
         bin_text(x, breaks, first, middle) + ", " + bin_text(x, breaks, middle + 1, last) + ")";
}

}  // namespace

BinCounts::State BinCounts::aggregated(const AskAggregates& ask) const {
  auto state = init();
  const auto variables = term_variables(frame, 0);
  if (variables.numbers.size() > 1) throw Unsupported("its variable is a product");
  auto question = question_of(frame);
  question.complete = true;
  question.by = variables.factors;
  const bool weighted = !question.weight.empty(), has_values = numeric();
  const auto add = [&](RowSum sum) {
    sum.with_weight = sum.nonzero = weighted;
    question.sums.push_back(std::move(sum));
    return question.sums.size() - 1;
  };
  const auto counted = add({.of = RowSum::Of::kCount});
  const auto weight = weighted ? add({.weighted = true}) : counted;
  std::size_t low = 0, high = 0, whole_numbers = 0;
  if (has_values) {
    const auto v = variables.numbers[0];
    if (!question.variables[v].levels.empty()) throw Unsupported("its variable numbers levels");
    const auto x = "as.numeric(" + question.variables[v].text + ")";
    question.values.push_back({.factors = {v}});
    low = add({.of = RowSum::Of::kLow, .values = {0}});
    high = add({.of = RowSum::Of::kHigh, .values = {0}});
    std::string place = std::to_string(kInNoBin);
    if (!counting) {
      question.variables.push_back(
          {.text = between(x, -kLastWhole, kLastWhole) + " & floor(" + x + ") == " + x,
           .expression = true});
      question.values.push_back(
          {.factors = {static_cast<std::uint32_t>(question.variables.size() - 1)}});
      whole_numbers = add({.values = {1}});
    } else if (bins() > kMostAsked) {
      throw Unsupported("its bins are more than " + std::to_string(kMostAsked));
    } else if (whole) {
      // As bin_of: what is whole is the distance.
      const auto away = "(" + x + " - " + double_text(breaks.front()) + ")";
      place = "ifelse(" + between(x, breaks.front(), breaks.back()) + " & floor(" + away +
              ") == " + away + ", " + away + " + " + std::to_string(kFirstBin) + ", " + place + ")";
    } else {
      place = "ifelse(" + between(x, breaks.front(), breaks.back()) + ", " +
              bin_text(x, breaks, 0, bins() - 1) + ", " + place + ")";
    }
    constexpr double kLast = std::numeric_limits<double>::max();
    const double start = std::isnan(limits.start) ? -kLast : std::max(limits.start, -kLast);
    const double end = std::isnan(limits.end) ? kLast : std::min(limits.end, kLast);
    question.variables.push_back(
        {.kind = RowVariable::Kind::kRange,
         .text = "ifelse(" + between(x, start, end) + ", " + place + ", " +
                 std::to_string(kBeyondLimits) + ")",
         .expression = true,
         .low = 0,
         .high = static_cast<double>((counting ? bins() : 0) + kFirstBin - 1)});
    question.by.push_back(static_cast<std::uint32_t>(question.variables.size() - 1));
  }
  const auto answer = ask_about(ask, question);
  std::int64_t told = 0;
  for (const auto& cell : answer.cells) {
    told += cell.rows;
    const auto panel = cell_of(frame, 0, question.by, cell.codes);
    if (panel < 0) {
      state.missing_rows += cell.rows;
      continue;
    }
    const auto rows = cell.counts.at(counted);
    if (rows == 0) continue;
    const double heavy = weighted ? cell.sums.at(weight) : static_cast<double>(rows);
    if (!has_values) {
      state.rows += rows;
      state.counts.at(static_cast<std::size_t>(panel)) += heavy;
      continue;
    }
    const auto place = cell.codes.back();
    if (place == kBeyondLimits) {
      state.outside_rows += rows;
      continue;
    }
    state.low = std::min(state.low, cell.sums.at(low));
    state.high = std::max(state.high, cell.sums.at(high));
    if (!counting) {
      state.rows += rows;
      state.odd_rows += rows - std::llround(cell.sums.at(whole_numbers));
      continue;
    }
    if (place == kInNoBin) {
      if (!limits.whole) throw values_changed();
      state.outside_rows += rows;
      continue;
    }
    const auto bin = static_cast<std::size_t>(place - kFirstBin);
    if (place < kFirstBin || bin >= bins()) throw values_changed();
    state.rows += rows;
    state.counts.at(static_cast<std::size_t>(panel) * bins() + bin) += heavy;
  }
  state.missing_rows += answer.all_rows - told;
  return state;
}

}  // namespace insitu
