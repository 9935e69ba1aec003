#include "algorithms/find_levels.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <functional>
#include <tuple>
#include <unordered_set>

#include "base/error.hpp"
#include "formula/expression/evaluate.hpp"
#include "formula/rows/level_needs.hpp"

namespace insitu {

namespace {

Column column_of(const std::string& text, const Chunk& chunk) {
  const auto expression = parse_expression(text, "formula");
  if (expression->kind == Expression::Kind::kName) return chunk.column(expression->text);
  return evaluate(*expression, chunk, {}, "formula term " + text);
}

/// A number's text in the order of numbers: whole ones exactly, whatever their size.
struct NumberText {
  double value = 0;
  std::int64_t whole = 0;  // tells apart what a double cannot
  std::string text;

  explicit NumberText(std::string number) : text(std::move(number)) {
    const auto* end = text.data() + text.size();
    std::from_chars(text.data(), end, value);
    if (std::from_chars(text.data(), end, whole).ptr != end) whole = 0;
  }
  auto key() const { return std::tie(value, whole, text); }
};

void sort_numbers(std::vector<std::string>& levels) {
  std::vector<NumberText> numbers;
  for (auto& level : levels) numbers.emplace_back(std::move(level));
  std::ranges::sort(numbers, {}, [](const NumberText& n) { return n.key(); });
  for (std::size_t i = 0; i < levels.size(); ++i) levels[i] = std::move(numbers[i].text);
}

/// The levels that were found, as `listed` has them.
std::vector<std::string> in_order_of(const std::vector<std::string>& listed,
                                     const std::vector<std::string>& levels) {
  const std::unordered_set<std::string_view> found(levels.begin(), levels.end());
  std::vector<std::string> ordered;
  for (const auto& level : listed)
    if (found.contains(level)) ordered.push_back(level);
  return ordered;
}

FindLevels::Order order_of(Type type) {
  if (is_factor(type)) return FindLevels::Order::kListed;
  if (type == Type::kString || type == Type::kLogical || type == Type::kDate ||
      type == Type::kDateTime)
    return FindLevels::Order::kBytes;
  return FindLevels::Order::kNumbers;
}

}  // namespace

void DistinctStrings::index_all() {
  std::size_t size = 64;
  while (size < 2 * (values_.size() + 1)) size *= 2;
  slots_.assign(size, 0);
  for (std::size_t i = 0; i < values_.size(); ++i) {
    auto slot = std::hash<std::string_view>()(values_[i]) & (size - 1);
    while (slots_[slot]) slot = (slot + 1) & (size - 1);
    slots_[slot] = static_cast<std::uint32_t>(i + 1);
  }
  indexed_ = values_.size();
}

void DistinctStrings::add(std::string_view text, const std::string& variable) {
  if (indexed_ != values_.size() || slots_.size() < 2 * (values_.size() + 1)) index_all();
  const auto mask = slots_.size() - 1;
  auto slot = std::hash<std::string_view>()(text) & mask;
  for (; slots_[slot]; slot = (slot + 1) & mask)
    if (values_[slots_[slot] - 1] == text) return;
  if (values_.size() >= kMost)
    throw DataError("variable '" + variable + "' has more than " + std::to_string(kMost) +
                    " different values; it cannot be used as a factor");
  values_.emplace_back(text);
  slots_[slot] = static_cast<std::uint32_t>(values_.size());
  indexed_ = values_.size();
}

void DistinctStrings::add_used(const Column& factor, const std::string& variable) {
  const auto& levels = factor.levels();
  if (!levels) throw DataError("variable '" + variable + "' is a factor without levels");
  if (levels != last_levels_) {
    last_levels_ = levels;
    used_.assign(levels->size(), 0);
  }
  const auto size = used_.size();
  for (const auto code : factor.values<std::int32_t>()) {
    if (code < 0) continue;
    const auto position = static_cast<std::size_t>(code);
    if (position >= size)
      throw DataError("variable '" + variable + "' holds the code " + std::to_string(code) +
                      " but has only " + std::to_string(size) + " levels");
    if (used_[position]) continue;
    used_[position] = 1;
    add((*levels)[position], variable);
  }
}

void DistinctStrings::add_listed(const Column& factor, const std::string& variable) {
  const auto& levels = factor.levels();
  if (!levels) throw DataError("variable '" + variable + "' is a factor without levels");
  if (levels == last_levels_) return;
  last_levels_ = levels;
  used_.assign(levels->size(), 1);
  for (const auto& level : *levels) add(level, variable);
}

void DistinctStrings::merge(const DistinctStrings& next, const std::string& variable) {
  for (const auto& value : next.values_) add(value, variable);
}

void FindLevels::State::merge(const State& next) {
  const auto n = names.size();
  if (next.names != names || levels.size() != n || next.levels.size() != n || orders.size() != n ||
      next.orders.size() != n || listed.size() != n || next.listed.size() != n ||
      next.lists.size() != lists.size() || next.ranges.size() != ranges.size())
    throw DataError("states of different variables cannot be merged");
  for (std::size_t i = 0; i < n; ++i) {
    levels[i].merge(next.levels[i], names[i]);
    listed[i].merge(next.listed[i], names[i]);
    orders[i] = std::max(orders[i], next.orders[i]);
  }
  for (std::size_t i = 0; i < lists.size(); ++i) lists[i].merge(next.lists[i], "of a factor");
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    ranges[i].low = std::min(ranges[i].low, next.ranges[i].low);
    ranges[i].high = std::max(ranges[i].high, next.ranges[i].high);
  }
}

std::vector<std::string> FindLevels::variables() const {
  std::vector<std::string> names = lists_of;
  for (const auto* list : {&levels_of, &ranges_of})
    for (const auto& text : *list)
      for (auto& each : variables_of(*parse_expression(text, "formula")))
        if (std::ranges::find(names, each) == names.end()) names.push_back(std::move(each));
  return names;
}

FindLevels::State FindLevels::init() const {
  State state;
  state.names = levels_of;
  state.levels.resize(levels_of.size());
  state.orders.assign(levels_of.size(), static_cast<std::int32_t>(Order::kAppearance));
  state.listed.resize(levels_of.size());
  state.lists.resize(lists_of.size());
  state.ranges.resize(ranges_of.size());
  return state;
}

void FindLevels::accumulate(State& state, const Chunk& chunk) const {
  for (std::size_t i = 0; i < lists_of.size(); ++i)
    state.lists[i].add_listed(chunk.column(lists_of[i]), lists_of[i]);
  for (std::size_t i = 0; i < levels_of.size(); ++i) {
    const auto column = column_of(levels_of[i], chunk);
    auto& found = state.levels[i];
    if (const auto x = factor_without_levels(*parse_expression(levels_of[i], "formula"))) {
      const auto inner = column_of(deparse(*x), chunk);
      state.orders[i] = static_cast<std::int32_t>(order_of(inner.type()));
      if (is_factor(inner.type())) state.listed[i].add_listed(inner, levels_of[i]);
    }
    if (is_factor(column.type())) {
      found.add_used(column, levels_of[i]);
    } else if (column.type() == Type::kString) {
      std::string_view last;
      bool has_last = false;
      for (std::size_t row = 0; row < column.size(); ++row) {
        if (!column.string_valid(row)) continue;
        const auto text = column.string_at(row);
        if (has_last && text == last) continue;
        found.add(text, levels_of[i]);
        last = text;
        has_last = true;
      }
    } else {
      throw InvalidArgument("variable '" + levels_of[i] + "' is " +
                            std::string(type_name(column.type())) +
                            "; only factors and characters have levels");
    }
  }
  std::vector<double> numbers;
  for (std::size_t i = 0; i < ranges_of.size(); ++i) {
    const auto column = column_of(ranges_of[i], chunk);
    if (!is_numeric(column.type()))
      throw InvalidArgument("F() needs a number, but '" + ranges_of[i] + "' is " +
                            std::string(type_name(column.type())));
    numbers.resize(column.size());
    column.numbers(numbers.data());
    auto& range = state.ranges[i];
    for (const double number : numbers) {
      if (!std::isfinite(number)) continue;
      range.low = std::min(range.low, number);
      range.high = std::max(range.high, number);
    }
  }
}

FindLevels::State FindLevels::aggregated(const AskAggregates& ask) const {
  if (!lists_of.empty()) throw Unsupported("which levels a factor lists is not the server's");
  auto state = init();
  for (std::size_t i = 0; i < levels_of.size(); ++i) {
    AggregateQuestion question;
    question.variables = {{.kind = RowVariable::Kind::kLevels, .text = levels_of[i]}};
    question.by = {0};
    question.distinct_labels = true;
    std::vector<std::string> labels;
    for (const auto& cell : ask(question).cells)
      if (cell.codes.at(0) >= 0) labels.push_back(cell.labels.at(0));
    std::ranges::sort(labels);
    for (const auto& label : labels) state.levels[i].add(label, levels_of[i]);
  }
  if (ranges_of.empty()) return state;
  AggregateQuestion question;
  for (std::uint32_t i = 0; i < ranges_of.size(); ++i) {
    question.variables.push_back({.text = ranges_of[i], .expression = true});  // finite ones
    question.values.push_back({.factors = {i}});
    question.sums.push_back({.of = RowSum::Of::kLow, .values = {i}});
    question.sums.push_back({.of = RowSum::Of::kHigh, .values = {i}});
  }
  const auto answer = ask(question);
  if (answer.cells.size() != 1) throw DataError("a server has no answer of all rows");
  for (std::size_t i = 0; i < ranges_of.size(); ++i) {
    const auto& sums = answer.cells[0].sums;
    if (std::isnan(sums.at(2 * i))) continue;  // no value
    state.ranges[i] = {sums[2 * i], sums.at(2 * i + 1)};
  }
  return state;
}

FoundDomains FindLevels::finalize(const State& state) const {
  FoundDomains found;
  for (std::size_t i = 0; i < levels_of.size(); ++i) {
    auto levels = state.levels[i].values();
    switch (static_cast<Order>(state.orders[i])) {
      case Order::kAppearance:
        break;
      case Order::kNumbers:
        sort_numbers(levels);
        break;
      case Order::kBytes:
        std::ranges::sort(levels);
        break;
      case Order::kListed:
        levels = in_order_of(state.listed[i].values(), levels);
    }
    found.levels[levels_of[i]] = std::move(levels);
  }
  for (std::size_t i = 0; i < lists_of.size(); ++i)
    found.levels[lists_of[i]] = state.lists[i].values();
  for (std::size_t i = 0; i < ranges_of.size(); ++i) {
    auto [low, high] = state.ranges[i];
    if (low > high) low = high = 0;  // no value at all: one level that no row has
    found.ranges[ranges_of[i]] = {low, high};
  }
  return found;
}

}  // namespace insitu
