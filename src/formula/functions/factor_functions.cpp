// Factors: making, cutting, relabelling and matching.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "base/number_text.hpp"
#include "formula/expression/value.hpp"
#include "formula/expression/whole_numbers.hpp"

namespace insitu {

namespace {

using Strings = std::vector<std::string>;

/// Texts of a constant vector; missing ones as `missing`.
Strings texts_of(const Value& value, std::vector<bool>* missing = nullptr) {
  Strings out;
  const Texts texts(value);
  for (std::size_t i = 0; i < value.size(); ++i) {
    const auto text = texts[i];
    out.emplace_back(text.value_or("NA"));
    if (missing) missing->push_back(!text);
  }
  return out;
}

Value make_factor(const Shape& shape, bool ordered, std::vector<std::int32_t> codes, Levels levels,
                  bool fixed) {
  auto value = make_value(shape, ordered ? Type::kOrdered : Type::kFactor, std::move(codes),
                          std::move(levels));
  value.levels_fixed = fixed;
  return value;
}

/// Finds the position of each item's text among `texts`, computing the text of a number once per
/// distinct value.
template <class F>
std::vector<std::int32_t> positions_by_text(const Value& x, F&& position) {
  if (x.is_factor()) {
    const auto& levels = *x.column.levels();
    std::vector<std::int32_t> table(levels.size());
    for (std::size_t i = 0; i < levels.size(); ++i)
      table[i] = position(std::string_view(levels[i]));
    return map1<std::int32_t>(
        Items<std::int32_t>(x.column.values<std::int32_t>()), [&](std::int32_t code) {
          return code < 0 ? kMissingCode : table[static_cast<std::size_t>(code)];
        });
  }
  std::vector<std::int32_t> out(x.size());
  if (x.kind() == Kind::kString) {
    for (std::size_t i = 0; i < out.size(); ++i)
      out[i] = x.column.string_valid(i) ? position(x.column.string_at(i)) : kMissingCode;
    return out;
  }
  const auto find = [&]<class T>(const Items<T>& numbers) {
    std::unordered_map<T, std::int32_t> seen;
    for (std::size_t i = 0; i < out.size(); ++i) {
      const T number = numbers.data()[i];
      if (is_missing_value(number)) {
        out[i] = kMissingCode;
        continue;
      }
      const auto [entry, is_new] = seen.try_emplace(number, 0);
      if (is_new) {
        Value one = x;
        one.column = x.column.slice(i, 1);
        const Texts texts(one);
        entry->second = position(*texts[0]);
      }
      out[i] = entry->second;
    }
  };
  is_wide(x) ? find(whole_numbers(x)) : find(doubles(x));
  return out;
}

/// The texts of the distinct numbers in increasing order.
template <class T>
Strings sorted_texts(const Value& x, const Items<T>& numbers) {
  std::vector<std::pair<T, std::uint32_t>> items;
  for (std::size_t i = 0; i < numbers.size(); ++i)
    if (!is_missing_value(numbers.data()[i]))
      items.emplace_back(numbers.data()[i], static_cast<std::uint32_t>(i));
  std::sort(items.begin(), items.end());
  items.erase(std::unique(items.begin(), items.end(),
                          [](const auto& a, const auto& b) { return a.first == b.first; }),
              items.end());
  Strings names;
  for (const auto& [number, row] : items) {
    Value one = x;
    one.column = x.column.slice(row, 1);
    const Texts texts(one);
    auto text = std::string(*texts[0]);
    if (names.empty() || names.back() != text) names.push_back(std::move(text));
  }
  return names;
}

/// The levels that factor() finds by itself: the values of this chunk in increasing order.
Strings found_levels(const Value& x) {
  Strings names;
  if (x.is_factor()) {  // those of its levels that occur
    const auto& levels = *x.column.levels();
    std::vector<bool> used(levels.size(), false);
    for (const auto code : x.column.values<std::int32_t>())
      if (code >= 0) used[static_cast<std::size_t>(code)] = true;
    for (std::size_t i = 0; i < levels.size(); ++i)
      if (used[i]) names.push_back(levels[i]);
  } else if (x.kind() == Kind::kString) {
    std::unordered_set<std::string_view> seen;
    for (std::size_t i = 0; i < x.size(); ++i)
      if (x.column.string_valid(i)) seen.insert(x.column.string_at(i));
    names.assign(seen.begin(), seen.end());
    std::sort(names.begin(), names.end());
  } else {
    names = is_wide(x) ? sorted_texts(x, whole_numbers(x)) : sorted_texts(x, doubles(x));
  }
  return names;
}

Value factor_of(const FunctionCall& call, bool ordered) {  // x, levels, labels, exclude, ordered
  const auto& x = call[0];
  ordered = call.flag(4, ordered || x.kind() == Kind::kOrdered);
  bool fixed = call.has(1);
  if (fixed && !call.has(2) && !call.values[3] && call.environment.scope.codings &&
      call[1].kind() == Kind::kString)
    if (const auto coding = call.environment.scope.codings->of(call.constant(1).column)) {
      auto codes = positions_by_text(x, [&](std::string_view text) {
        const auto found = coding->positions.find(text);
        return found == coding->positions.end() ? kMissingCode : found->second;
      });
      return make_factor(shape_of(x), ordered, std::move(codes), coding->levels, true);
    }
  std::vector<bool> missing;
  Strings levels;
  if (fixed) {
    const auto& given = call.constant(1);
    if (given.is_factor())
      levels = texts_of(as_strings(given), &missing);
    else
      levels = texts_of(given, &missing);
  } else if (!x.per_row) {
    levels = found_levels(x);
    fixed = true;
  } else {
    levels = found_levels(x);
  }
  missing.resize(levels.size(), false);
  // exclude: NA by default; NULL keeps a level for missing values, which the engine has no code
  // for.
  std::unordered_set<std::string> excluded;
  if (call.values[3] && call.values[3]->null)
    call.fail(
        "exclude = NULL (a level for missing values) is not in the portable subset; "
        "use ifelse(is.na(x), \"missing\", as.character(x))");
  if (call.has(3)) {
    std::vector<bool> none;
    const auto names = texts_of(call.constant(3), &none);
    for (std::size_t i = 0; i < names.size(); ++i)
      if (!none[i]) excluded.insert(names[i]);
  }
  Strings kept;
  std::unordered_map<std::string_view, std::int32_t> position;
  for (std::size_t i = 0; i < levels.size(); ++i)
    if (!missing[i] && !excluded.contains(levels[i])) kept.push_back(levels[i]);
  for (std::size_t i = 0; i < kept.size(); ++i)
    if (!position.emplace(kept[i], static_cast<std::int32_t>(i)).second)
      call.fail("level is given twice: " + kept[i]);
  Strings labels = kept;
  if (call.has(2)) {
    if (!call.has(1) && x.per_row)
      call.fail(
          "labels need levels: which values the labels stand for depends on other rows; add levels "
          "= c(...)");
    auto given = texts_of(call.constant(2));
    if (given.size() == kept.size()) {
      labels = std::move(given);
    } else if (given.size() == 1) {
      for (std::size_t i = 0; i < labels.size(); ++i) labels[i] = given[0] + std::to_string(i + 1);
    } else {
      call.fail("labels has " + std::to_string(given.size()) + " values, but there are " +
                std::to_string(kept.size()) + " levels");
    }
  }
  // Equal labels make one level.
  Strings names;
  std::unordered_map<std::string, std::int32_t> code_of_name;
  std::vector<std::int32_t> code(labels.size());
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const auto [entry, is_new] =
        code_of_name.try_emplace(labels[i], static_cast<std::int32_t>(names.size()));
    if (is_new) names.push_back(labels[i]);
    code[i] = entry->second;
  }
  auto codes = positions_by_text(x, [&](std::string_view text) {
    const auto found = position.find(text);
    return found == position.end() ? kMissingCode : code[static_cast<std::size_t>(found->second)];
  });
  return make_factor(shape_of(x), ordered, std::move(codes), make_levels(std::move(names)), fixed);
}

Value factor_function(const FunctionCall& call) { return factor_of(call, false); }

Value ordered_function(const FunctionCall& call) { return factor_of(call, true); }

Value as_factor_of(const FunctionCall& call, bool ordered) {
  const auto& x = call[0];
  if (x.is_factor() && (!ordered || x.kind() == Kind::kOrdered)) return x;
  if (x.is_factor()) {
    auto result = x;
    const auto codes = x.column.values<std::int32_t>();
    result.column = Column::own(
        Type::kOrdered, std::vector<std::int32_t>(codes.begin(), codes.end()), x.column.levels());
    return result;
  }
  auto levels = make_levels(found_levels(x));
  std::unordered_map<std::string_view, std::int32_t> position;
  for (std::size_t i = 0; i < levels->size(); ++i)
    position.emplace((*levels)[i], static_cast<std::int32_t>(i));
  auto codes = positions_by_text(x, [&](std::string_view text) {
    const auto found = position.find(text);
    return found == position.end() ? kMissingCode : found->second;
  });
  return make_factor(shape_of(x), ordered, std::move(codes), levels, !x.per_row);
}

Value as_factor(const FunctionCall& call) { return as_factor_of(call, false); }
Value as_ordered(const FunctionCall& call) { return as_factor_of(call, true); }

const Value& factor_argument(const FunctionCall& call) {
  const auto& x = call[0];
  if (!x.is_factor())
    call.fail("needs a factor, not " + std::string(kind_name(x.kind())) +
              "; factor(x, levels = ) makes one");
  return x;
}

Value levels_of(const FunctionCall& call) {
  StringBuilder builder;
  for (const auto& level : *factor_argument(call).column.levels()) builder.append(level);
  return make_strings({}, std::move(builder));
}

Value level_count(const FunctionCall& call) {
  return constant_integer(static_cast<std::int32_t>(factor_argument(call).column.levels()->size()));
}

Value relevelled(const FunctionCall& call) {  // x, ref
  const auto& x = factor_argument(call);
  if (x.kind() == Kind::kOrdered)
    call.fail("the levels of an ordered factor have an order already");
  const auto& levels = *x.column.levels();
  const auto& reference = call.constant(1);
  if (reference.size() != 1) call.fail("argument must be one level: ref");
  std::size_t first = levels.size();
  if (reference.kind() == Kind::kString) {
    const auto wanted = call.text(1, "");
    first =
        static_cast<std::size_t>(std::find(levels.begin(), levels.end(), wanted) - levels.begin());
    if (first == levels.size() && x.levels_fixed)
      call.fail("'" + wanted + "' is not a level of the factor");
  } else {
    const double number = call.number(1, 1);
    if (number >= 1 && number <= static_cast<double>(levels.size()))
      first = static_cast<std::size_t>(number) - 1;
    else if (x.levels_fixed)
      call.fail("there is no level number " + number_text(number));
  }
  if (first == levels.size()) return x;
  Strings names{levels[first]};
  std::vector<std::int32_t> code(levels.size());
  for (std::size_t i = 0; i < levels.size(); ++i) {
    code[i] = i == first ? 0 : static_cast<std::int32_t>(names.size());
    if (i != first) names.push_back(levels[i]);
  }
  auto codes = map1<std::int32_t>(
      Items<std::int32_t>(x.column.values<std::int32_t>()),
      [&](std::int32_t c) { return c < 0 ? kMissingCode : code[static_cast<std::size_t>(c)]; });
  return make_factor(shape_of(x), false, std::move(codes), make_levels(std::move(names)),
                     x.levels_fixed);
}

// cut
// -----------------------------------------------------------------------------------------------------------------

/// Labels of the intervals between breaks, with the fewest digits (from `digits` on) that tell all
/// breaks apart.
Strings interval_labels(const std::vector<double>& breaks, int digits, bool right,
                        bool include_lowest) {
  Strings texts;
  bool distinct = false;
  for (int d = digits; d <= std::max(12, digits) && !distinct; ++d) {
    texts.clear();
    std::size_t widest = 0;  // of the infinite ones, which are padded to one width
    for (const double b : breaks) {
      if (std::isinf(b)) {
        texts.push_back(b > 0 ? "Inf" : "-Inf");
        widest = std::max(widest, texts.back().size());
      } else {
        texts.push_back(general_text(b == 0 ? 0.0 : b, d));
      }
    }
    for (std::size_t i = 0; i < texts.size(); ++i)
      if (std::isinf(breaks[i])) texts[i].insert(0, widest - texts[i].size(), ' ');
    distinct = true;
    for (std::size_t i = 1; i < texts.size(); ++i) distinct &= texts[i] != texts[i - 1];
  }
  Strings labels;
  for (std::size_t i = 0; i + 1 < breaks.size(); ++i) {
    if (!distinct) {
      labels.push_back("Range_" + std::to_string(i + 1));
      continue;
    }
    auto label = (right ? "(" : "[") + texts[i] + "," + texts[i + 1] + (right ? "]" : ")");
    if (include_lowest && right && i == 0) label.front() = '[';
    if (include_lowest && !right && i + 2 == breaks.size()) label.back() = ']';
    labels.push_back(std::move(label));
  }
  return labels;
}

// A break and a value on the number line.
bool is_less(double a, double b) { return a < b; }
bool is_less(std::int64_t a, double b) { return order_of(a, b) < 0; }
bool is_less(double a, std::int64_t b) { return order_of(b, a) > 0; }

Value cut(const FunctionCall&
              call) {  // x, breaks, labels, include.lowest, right, dig.lab, ordered_result
  const auto& x = call.numeric(0, true);
  if (x.kind() == Kind::kDate || x.kind() == Kind::kDateTime)
    call.fail("of dates is not in the portable subset; cut(as.numeric(x), breaks)");
  const auto& given = call.numeric(1);
  if (given.per_row) call.fail("breaks must be constants");
  const auto items = doubles(given);
  if (items.size() == 1)
    call.fail(
        "a number of intervals depends on the range of all rows; give the breaks, for example "
        "breaks = seq(0, 100, 10)");
  std::vector<double> breaks(items.data(), items.data() + items.size());
  if (breaks.size() < 2) call.fail("needs at least two breaks");
  for (const double b : breaks)
    if (b != b) call.fail("a break is missing");
  std::sort(breaks.begin(), breaks.end());
  for (std::size_t i = 1; i < breaks.size(); ++i)
    if (breaks[i] == breaks[i - 1]) call.fail("breaks are not unique: " + number_text(breaks[i]));
  const bool lowest = call.flag(3, false), right = call.flag(4, true),
             ordered = call.flag(6, false);
  const auto digits = std::clamp(call.number(5, 3), 1.0, 15.0);
  const auto intervals = breaks.size() - 1;
  Strings labels;
  bool codes_only = false;
  if (call.has(2) && call[2].kind() == Kind::kLogical && call.constant(2).size() == 1 &&
      !call.flag(2, true)) {
    codes_only = true;
  } else if (call.has(2) && !(call[2].kind() == Kind::kLogical)) {
    labels = texts_of(call.constant(2));
    if (labels.size() != intervals)
      call.fail("labels has " + std::to_string(labels.size()) + " values, but there are " +
                std::to_string(intervals) + " intervals");
  } else {
    labels = interval_labels(breaks, static_cast<int>(digits), right, lowest);
  }
  const double* b = breaks.data();
  const auto code = [&](auto v) -> std::int32_t {
    if (is_missing_value(v) || is_less(v, b[0]) || is_less(b[intervals], v)) return kMissingCode;
    if (right) {  // first break >= v
      const auto at =
          std::lower_bound(breaks.begin(), breaks.end(), v,
                           [](double limit, auto value) { return is_less(limit, value); }) -
          breaks.begin();
      if (at == 0) return lowest ? 0 : kMissingCode;
      return static_cast<std::int32_t>(at) - 1;
    }
    const auto at =  // first break > v
        std::upper_bound(breaks.begin(), breaks.end(), v,
                         [](auto value, double limit) { return is_less(value, limit); }) -
        breaks.begin();
    if (at == static_cast<std::ptrdiff_t>(breaks.size()))
      return lowest ? static_cast<std::int32_t>(intervals) - 1 : kMissingCode;
    return static_cast<std::int32_t>(at) - 1;
  };
  auto codes = is_wide(x) ? map1<std::int32_t>(whole_numbers(x), code)
                          : map1<std::int32_t>(doubles(x), code);
  if (codes_only) {
    for (auto& c : codes) c = c < 0 ? missing_value<std::int32_t>() : c + 1;
    return make_value(shape_of(x), Type::kInt32, std::move(codes));
  }
  Strings names;
  std::unordered_map<std::string, std::int32_t> position;
  std::vector<std::int32_t> of_label;
  for (const auto& label : labels) {  // equal labels make one level
    const auto [entry, is_new] =
        position.try_emplace(label, static_cast<std::int32_t>(names.size()));
    if (is_new) names.push_back(label);
    of_label.push_back(entry->second);
  }
  for (auto& c : codes)
    if (c >= 0) c = of_label[static_cast<std::size_t>(c)];
  return make_factor(shape_of(x), ordered, std::move(codes), make_levels(std::move(names)), true);
}

Value find_interval(const FunctionCall& call) {  // x, vec
  const auto& x = call.numeric(0);
  const auto& given = call.numeric(1);
  if (given.per_row) call.fail("vec must be constants");
  const auto items = doubles(given);
  const std::vector<double> breaks(items.data(), items.data() + items.size());
  if (!std::is_sorted(breaks.begin(), breaks.end())) call.fail("vec must be in increasing order");
  const auto interval = [&](auto v) {
    if (is_missing_value(v)) return missing_value<std::int32_t>();
    const auto at = std::upper_bound(breaks.begin(), breaks.end(), v, [](auto value, double limit) {
      return is_less(value, limit);
    });
    return static_cast<std::int32_t>(at - breaks.begin());
  };
  return make_value(shape_of(x), Type::kInt32,
                    is_wide(x) ? map1<std::int32_t>(whole_numbers(x), interval)
                               : map1<std::int32_t>(doubles(x), interval));
}

// match
// ---------------------------------------------------------------------------------------------------------------

/// Position (from 0) of each x in the constant table, -1 where there is none. A missing x matches a
/// missing entry.
std::vector<std::int32_t> match_positions(const FunctionCall& call, const Value& x,
                                          const Value& table) {
  if (table.null) return std::vector<std::int32_t>(x.size(), -1);
  if (table.per_row) call.fail("the table to match in must be constants, such as c(\"a\", \"b\")");
  const auto is_text = [](const Value& v) { return v.kind() == Kind::kString || v.is_factor(); };
  const auto is_time = [](const Value& v) {
    return v.kind() == Kind::kDate || v.kind() == Kind::kDateTime;
  };
  std::int32_t missing = -1;
  for (std::size_t i = table.size(); i-- > 0;)
    if (table.column.is_missing(i)) missing = static_cast<std::int32_t>(i);
  std::vector<std::int32_t> out;
  if (is_text(x) || is_text(table)) {
    Value converted = table;
    if (is_time(x) && is_text(table))
      converted =
          as_strings(x.kind() == Kind::kDate ? dates_from_text(table) : times_from_text(table));
    std::unordered_map<std::string, std::int32_t> position;
    const Texts texts(converted);
    for (std::size_t i = 0; i < table.size(); ++i)
      if (const auto text = texts[i]) position.emplace(*text, static_cast<std::int32_t>(i));
    std::string key;
    out = positions_by_text(x, [&](std::string_view text) {
      key = text;
      const auto found = position.find(key);
      return found == position.end() ? kMissingCode : found->second;
    });
  } else if (is_wide(x) || is_wide(table)) {
    // Numbers that are no int64 equal none.
    std::unordered_map<std::int64_t, std::int32_t> position;
    const auto each_whole = [](const Value& v, auto&& f) {
      if (holds_whole_numbers(v)) {
        const auto items = whole_numbers(v);
        for (std::size_t i = 0; i < v.size(); ++i) f(i, items.data()[i]);
        return;
      }
      const auto items = doubles(v);
      for (std::size_t i = 0; i < v.size(); ++i)
        f(i, whole_of(items.data()[i]).value_or(missing_value<std::int64_t>()));
    };
    each_whole(table, [&](std::size_t i, std::int64_t number) {
      if (!is_missing_value(number)) position.emplace(number, static_cast<std::int32_t>(i));
    });
    out.resize(x.size());
    each_whole(x, [&](std::size_t i, std::int64_t number) {
      const auto found = is_missing_value(number) ? position.end() : position.find(number);
      out[i] = found == position.end() ? -1 : found->second;
    });
  } else {
    std::unordered_map<double, std::int32_t> position;
    const auto items = doubles(table);
    for (std::size_t i = 0; i < table.size(); ++i)
      if (items[i] == items[i])
        position.emplace(items[i] == 0 ? 0.0 : items[i], static_cast<std::int32_t>(i));
    if (table.size() <= 8) {  // a few comparisons beat a hash
      std::vector<std::pair<double, std::int32_t>> few(position.begin(), position.end());
      out = map1<std::int32_t>(doubles(x), [&](double v) {
        std::int32_t found = -1;
        for (const auto& [number, at] : few) found = v == number ? at : found;
        return found;
      });
    } else {
      out = map1<std::int32_t>(doubles(x), [&](double v) {
        const auto found = position.find(v == 0 ? 0.0 : v);
        return found == position.end() ? -1 : found->second;
      });
    }
  }
  if (missing >= 0)
    for (std::size_t i = 0; i < out.size(); ++i)
      if (x.column.is_missing(i)) out[i] = missing;
  return out;
}

Value match(const FunctionCall& call) {  // x, table, nomatch
  const auto& x = call[0];
  if (!call.values[1]) call.fail("argument is missing: table");
  const auto& table = *call.values[1];
  const auto otherwise =
      call.has(2) ? integers(as_integers(call.constant(2)))[0] : missing_value<std::int32_t>();
  auto positions = match_positions(call, x, table);
  for (auto& position : positions) position = position < 0 ? otherwise : position + 1;
  return make_value(shape_of(x), Type::kInt32, std::move(positions));
}

Value is_in(const FunctionCall& call) {
  const auto& x = call[0];
  if (!call.values[1]) call.fail("argument is missing: table");
  const auto positions = match_positions(call, x, *call.values[1]);
  std::vector<std::uint8_t> out(positions.size());
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = positions[i] >= 0;
  return make_value(shape_of(x), Type::kLogical, std::move(out));
}

}  // namespace

void add_factor_functions(FunctionTable& table) {
  table["factor"] = {{"x", "levels", "labels", "exclude", "ordered"}, factor_function};
  table["ordered"] = {{"x", "levels", "labels", "exclude", "ordered"}, ordered_function};
  table["as.factor"] = {{"x"}, as_factor};
  table["as.ordered"] = {{"x"}, as_ordered};
  table["levels"] = {{"x"}, levels_of};
  table["nlevels"] = {{"x"}, level_count};
  table["relevel"] = {{"x", "ref"}, relevelled};
  table["cut"] = {{"x", "breaks", "labels", "include.lowest", "right", "dig.lab", "ordered_result"},
                  cut};
  table["findInterval"] = {{"x", "vec"}, find_interval};
  table["match"] = {{"x", "table", "nomatch"}, match};
  table["%in%"] = {{"x", "table"}, is_in};
  table["is.element"] = {{"el", "table"}, is_in};
}

}  // namespace insitu
