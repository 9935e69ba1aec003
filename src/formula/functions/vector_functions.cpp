// Building and indexing vectors; minima and maxima; and the functions of all rows, which an
// expression cannot answer.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/named.hpp"
#include "base/number_text.hpp"
#include "formula/expression/value.hpp"
#include "formula/expression/whole_numbers.hpp"

namespace insitu {

namespace {

constexpr std::size_t kMaxConstant =
    1 << 20;  // items of a constant vector: a lookup of a million codes, not all of memory

std::size_t checked_length(const FunctionCall& call, double length) {
  if (!(length >= 0) || length > static_cast<double>(kMaxConstant))
    call.fail("a constant vector may have 0 to " + std::to_string(kMaxConstant) + " values, not " +
              number_text(length));
  return static_cast<std::size_t>(length);
}

Value take(const Value& value, const std::vector<std::uint32_t>& items) {
  Value result = value;
  result.column = value.column.take(items);
  result.names = nullptr;
  return result;
}

Value combined(const FunctionCall& call) {
  std::vector<const Value*> parts;
  std::vector<std::string> names;
  bool named = false;
  for (const auto& [name, value] : call.rest) {
    if (value.null) continue;
    parts.push_back(&value);
    for (std::size_t i = 0; i < value.size(); ++i) {
      std::string item = value.names ? (*value.names)[i] : "";
      if (!name.empty())
        item = value.size() == 1 && item.empty()
                   ? name
                   : name + (item.empty() ? std::to_string(i + 1) : "." + item);
      named |= !item.empty();
      if (!value.per_row) names.push_back(std::move(item));
    }
  }
  if (parts.empty()) return null_value();
  auto result = combine(call, parts);
  if (named && names.size() == result.size())
    result.names = std::make_shared<const std::vector<std::string>>(std::move(names));
  return result;
}

/// from:to, whole steps of one; integers when `from` is whole and all values fit.
Value range(const FunctionCall& call) {
  const double from = call.number(0, 0), to = call.number(1, 0);
  if (!call.has(0) || !call.has(1)) call.fail("needs two numbers");
  const auto length = checked_length(call, std::floor(std::fabs(to - from) + 1e-10) + 1);
  const double step = from <= to ? 1 : -1;
  const bool whole =
      from == std::trunc(from) && std::fabs(from) < 2147483648.0 && std::fabs(to) < 2147483648.0;
  Shape shape;
  shape.row_shaped = call[0].row_shaped || call[1].row_shaped;
  std::vector<double> items(length);
  for (std::size_t i = 0; i < length; ++i) items[i] = from + step * static_cast<double>(i);
  auto result = make_value(shape, Type::kFloat64, std::move(items));
  return whole ? as_integers(result) : result;
}

Value sequence_along(const FunctionCall& call, std::size_t n, bool row_shaped) {
  std::vector<std::int32_t> items(checked_length(call, static_cast<double>(n)));
  std::iota(items.begin(), items.end(), 1);
  Shape shape;
  shape.row_shaped = row_shaped;
  return make_value(shape, Type::kInt32, std::move(items));
}

Value sequence(const FunctionCall& call) {  // from, to, by, length.out
  Shape shape;
  for (std::size_t i = 0; i < 4; ++i)
    if (call.has(i)) shape.row_shaped |= call.constant(i).row_shaped;
  if (call.has(0) && !call.has(1) && !call.has(2) && !call.has(3)) {  // seq(n), seq(x)
    const auto& x = call.constant(0);
    if (x.size() != 1) return sequence_along(call, x.size(), x.row_shaped);
    const double n = call.number(0, 1);
    const auto length = checked_length(call, std::fabs(n - 1) + 1);
    std::vector<double> items(length);
    for (std::size_t i = 0; i < length; ++i)
      items[i] = n >= 1 ? 1.0 + static_cast<double>(i) : 1.0 - static_cast<double>(i);
    return as_integers(make_value(shape, Type::kFloat64, std::move(items)));
  }
  bool whole = true;  // seq(1, 10) and seq(1L, 9L, 2L) are integers, seq(1, 10, 2) is not
  double from = call.number(0, 1), to = call.number(1, 1), by = 1;
  std::size_t length = 0;
  if (call.has(3)) {
    length = checked_length(call, std::ceil(call.number(3, 0)));
    if (call.has(2)) {
      by = call.number(2, 1);
      if (call.has(1) && call.has(0)) call.fail("too many arguments: from, to, by and length.out");
      if (call.has(1)) from = to - by * (static_cast<double>(length) - 1);
    } else if (call.has(1) && call.has(0)) {
      by = length > 1 ? (to - from) / (static_cast<double>(length) - 1) : 0;
    } else if (call.has(1)) {
      from = to - (static_cast<double>(length) - 1);
    }
    const auto integer = [&](std::size_t i) {
      return call.has(i) && call[i].kind() == Kind::kInteger;
    };
    whole = call.has(2) ? integer(2) && integer(call.has(0) ? 0 : 1)
            : call.has(0) && call.has(1)
                ? integer(0) && integer(1) && integer(3) && by == std::trunc(by)
            : call.has(0) ? integer(0) && integer(3)
                          : !call.has(1);
  } else {
    by = call.has(2) ? call.number(2, 1) : from <= to ? 1 : -1;
    if (by == 0 && from == to) by = 1;
    if (by == 0 || (to - from) / by < 0) call.fail("wrong sign of 'by'");
    length = checked_length(call, std::floor((to - from) / by + 1e-10) + 1);
    if (call.has(2))
      whole =
          call[2].kind() == Kind::kInteger && (!call.has(0) || call[0].kind() == Kind::kInteger);
    else
      whole = from == std::trunc(from);
  }
  std::vector<double> items(length);
  for (std::size_t i = 0; i < length; ++i) items[i] = from + by * static_cast<double>(i);
  auto result = make_value(shape, Type::kFloat64, std::move(items));
  return whole && std::fabs(from) < 2147483648.0 && std::fabs(to) < 2147483648.0
             ? as_integers(result)
             : result;
}

Value sequence_of_length(const FunctionCall& call) {
  return sequence_along(call, checked_length(call, call.number(0, 0)), call.constant(0).row_shaped);
}

Value repeated(const FunctionCall& call) {  // x, times, each, length.out
  const auto& x = call[0];
  bool row_shaped = false;
  for (std::size_t i = 1; i < 4; ++i)
    if (call.has(i)) row_shaped |= call.constant(i).row_shaped;
  if (x.per_row) call.fail("repeats constants; a column has one value per row already");
  row_shaped |= x.row_shaped;
  const auto each = checked_length(call, call.number(2, 1));
  std::vector<std::uint32_t> items;
  checked_length(call, static_cast<double>(x.size()) * static_cast<double>(each));
  for (std::size_t i = 0; i < x.size(); ++i)
    items.insert(items.end(), each, static_cast<std::uint32_t>(i));
  if (call.has(3)) {
    const auto length = checked_length(call, call.number(3, 0));
    if (items.empty() && length > 0) call.fail("x has no values to repeat");
    const auto base = items.size();
    items.resize(length);
    for (std::size_t i = base; i < length; ++i) items[i] = items[i - base];
  } else if (call.has(1)) {
    const auto times = doubles(call.numeric(1));
    if (times.size() == 1) {
      const auto base = items;
      const auto copies = checked_length(call, std::floor(times[0]));
      checked_length(call, static_cast<double>(copies) * static_cast<double>(base.size()));
      items.clear();
      for (std::size_t i = 0; i < copies; ++i) items.insert(items.end(), base.begin(), base.end());
    } else {
      if (times.size() != items.size())
        call.fail("times must have one value, or one for each value of x");
      std::vector<std::uint32_t> out;
      for (std::size_t i = 0; i < items.size(); ++i) {
        checked_length(call, static_cast<double>(out.size()) + times.data()[i]);
        out.insert(out.end(), checked_length(call, std::floor(times.data()[i])), items[i]);
      }
      items = std::move(out);
    }
  }
  auto result = take(x, items);
  result.row_shaped = row_shaped;
  return result;
}

Value repeated_to_length(const FunctionCall& call) {
  static const std::vector<std::string> kParameters{"x", "times", "each", "length.out"};
  FunctionCall repeat(call.environment, "rep_len");
  repeat.parameters = kParameters;
  repeat.values = {call.values[0], std::nullopt, std::nullopt, call.values[1]};
  return repeated(repeat);
}

const Value& constant_vector(const FunctionCall& call, std::size_t i) {
  if (call[i].per_row) call.fail_other_rows();
  return call[i];
}

Value reversed(const FunctionCall& call) {
  const auto& x = constant_vector(call, 0);
  std::vector<std::uint32_t> items(x.size());
  for (std::size_t i = 0; i < items.size(); ++i)
    items[i] = static_cast<std::uint32_t>(items.size() - 1 - i);
  return take(x, items);
}

Value length_of(const FunctionCall& call) {
  if (call.values[0] && call.values[0]->null) return constant_integer(0);
  const auto& x = call[0];
  if (x.per_row)
    call.fail(
        "of a column is the number of rows at hand; .rxNumRows gives it, `rxGetInfo` that of all "_named
        "rows");
  return constant_integer(static_cast<std::int32_t>(x.size()));
}

// Sums, minima, maxima of constants
// ------------------------------------------------------------------------------------

struct Constants {
  std::vector<double> items;
  bool whole = true;
};

Constants numbers_in(const FunctionCall& call, std::size_t na_rm) {
  Constants constants;
  const bool remove = call.flag(na_rm, false);
  for (const auto& [name, value] : call.rest) {
    if (value.null) continue;
    if (value.per_row) call.fail_other_rows();
    if (value.kind() == Kind::kString || value.is_factor())
      call.fail("needs numbers, not " + std::string(kind_name(value.kind())));
    constants.whole &= value.kind() == Kind::kLogical || value.kind() == Kind::kInteger;
    const auto items = doubles(value);
    for (std::size_t i = 0; i < items.size(); ++i)
      if (!remove || !std::isnan(items[i])) constants.items.push_back(items.data()[i]);
  }
  return constants;
}

Value number_or_integer(const Constants& constants, double value) {
  return constants.whole ? as_integers(constant_number(value)) : constant_number(value);
}

Value sum(const FunctionCall& call) {
  const auto constants = numbers_in(call, 1);
  double total = 0;
  for (const double x : constants.items) total += x;
  return number_or_integer(constants, total);
}

Value product(const FunctionCall& call) {
  double total = 1;
  for (const double x : numbers_in(call, 1).items) total *= x;
  return constant_number(total);
}

template <bool Largest>
double extreme_of(const std::vector<double>& items) {
  double best =
      Largest ? -std::numeric_limits<double>::infinity() : std::numeric_limits<double>::infinity();
  for (const double x : items) {
    if (x != x) return x;
    best = Largest ? std::max(best, x) : std::min(best, x);
  }
  return best;
}

template <bool Largest>
Value extreme(const FunctionCall& call) {
  const auto constants = numbers_in(call, 1);
  if (constants.items.empty()) call.fail("no values");
  return number_or_integer(constants, extreme_of<Largest>(constants.items));
}

Value mean(const FunctionCall& call) {
  const auto items = numbers_in(call, 1).items;
  return constant_number(std::accumulate(items.begin(), items.end(), 0.0) /
                         static_cast<double>(items.size()));
}

template <std::uint8_t Deciding>  // any: 1 decides, all: 0 decides
Value any_or_all(const FunctionCall& call) {
  std::uint8_t answer = 1 - Deciding;
  for (const double x : numbers_in(call, 1).items) {
    const std::uint8_t truth = x != x ? 0xff : x != 0;
    if (truth == Deciding) return constant_logical(Deciding == 1);
    if (truth == 0xff) answer = 0xff;
  }
  return make_value(Shape{}, Type::kLogical, std::vector<std::uint8_t>{answer});
}

Value other_rows(const FunctionCall& call) { call.fail_other_rows(); }

/// pmin and pmax: the smallest or largest of several values in each row.
template <bool Largest>
Value parallel_extreme(const FunctionCall& call) {
  const bool remove = call.flag(1, false);
  std::vector<const Value*> operands;
  bool whole = true, text = false;
  for (const auto& [name, value] : call.rest) {
    if (value.is_factor()) call.fail("is not defined for a factor; as.integer() gives its codes");
    text |= value.kind() == Kind::kString;
    whole &= value.kind() == Kind::kLogical || value.kind() == Kind::kInteger;
    operands.push_back(&value);
  }
  if (operands.empty()) call.fail("needs at least one value");
  const auto shape = call.shape(operands);
  if (text) {
    std::vector<Texts> texts;
    for (const auto* operand : operands) texts.emplace_back(*operand);
    StringBuilder builder;
    for (std::size_t i = 0; i < shape.size; ++i) {
      std::optional<std::string_view> best;
      bool missing = false;
      for (const auto& operand : texts) {
        const auto item = operand[i % operand.size()];
        if (!item)
          missing = true;
        else if (!best || (Largest ? *item > *best : *item < *best))
          best = item;
      }
      best && (!missing || remove) ? builder.append(*best) : builder.append_missing();
    }
    return make_strings(shape, std::move(builder));
  }
  const auto kind = operands[0]->kind();
  const bool time = (kind == Kind::kDate || kind == Kind::kDateTime);
  for (const auto* operand : operands)
    if ((operand->kind() == Kind::kDate || operand->kind() == Kind::kDateTime) != time ||
        (time && operand->kind() != kind))
      call.fail("dates and times compare only with their own kind");
  bool wide = false, exact = true;
  for (const auto* operand : operands)
    wide |= is_wide(*operand), exact &= holds_whole_numbers(*operand);
  if (wide && exact) {
    auto best = whole_numbers(*operands[0]);
    for (std::size_t j = 1; j < operands.size(); ++j)
      best = map2<std::int64_t>(shape.size, best, whole_numbers(*operands[j]),
                                [remove](std::int64_t a, std::int64_t b) {
                                  if (is_missing_value(a)) return remove ? b : a;
                                  if (is_missing_value(b)) return remove ? a : b;
                                  return Largest ? std::max(a, b) : std::min(a, b);
                                });
    return make_value(shape, Type::kInt64,
                      std::vector<std::int64_t>(best.data(), best.data() + best.size()));
  }
  Items<double> best = doubles(*operands[0]);
  for (std::size_t j = 1; j < operands.size(); ++j) {
    best = map2<double>(shape.size, best, doubles(*operands[j]), [remove](double a, double b) {
      if (a != a) return remove ? b : a;
      if (b != b) return remove ? a : b;
      return Largest ? (a < b ? b : a) : (b < a ? b : a);
    });
  }
  auto result = make_value(shape, time ? operands[0]->column.type() : Type::kFloat64,
                           std::vector<double>(best.data(), best.data() + best.size()));
  result.time_zone = operands[0]->time_zone;
  return whole ? as_integers(result) : result;
}

}  // namespace

Value combine(const FunctionCall& call, std::span<const Value* const> parts) {
  Shape shape;
  Kind kind = Kind::kLogical;
  bool all_dates = true, all_times = true, all_factors = true;
  for (const auto* part : parts) {
    if (part->per_row && parts.size() > 1)
      call.fail("joins constants; a column has one value per row");
    shape.row_shaped |= part->row_shaped;
    all_dates &= part->kind() == Kind::kDate;
    all_times &= part->kind() == Kind::kDateTime;
    all_factors &= part->is_factor();
    kind = std::max(kind, part->kind() == Kind::kDate || part->kind() == Kind::kDateTime
                              ? Kind::kDouble
                          : part->is_factor() ? Kind::kString
                                              : part->kind());
  }
  if (parts.size() == 1) return *parts[0];
  bool wide = false, exact = true;
  for (const auto* part : parts) wide |= is_wide(*part), exact &= holds_whole_numbers(*part);
  std::vector<Column> columns;
  for (const auto* part : parts) {
    switch (kind) {
      case Kind::kString:
        columns.push_back(as_strings(*part).column);
        break;
      case Kind::kLogical:
        columns.push_back(as_logicals(*part).column);
        break;
      case Kind::kInteger:
        columns.push_back(as_integers(*part).column);
        break;
      default: {
        if (wide && exact) {
          const auto items = whole_numbers(*part);
          columns.push_back(Column::own(
              Type::kInt64, std::vector<std::int64_t>(items.data(), items.data() + items.size())));
          break;
        }
        const auto items = doubles(*part);
        columns.push_back(
            Column::own(all_dates   ? Type::kDate
                        : all_times ? Type::kDateTime
                                    : Type::kFloat64,
                        std::vector<double>(items.data(), items.data() + items.size())));
      }
    }
  }
  std::size_t total = 0;
  for (const auto& column : columns) total += column.size();
  checked_length(call, static_cast<double>(total));
  Value value;
  value.column = concatenate(columns);
  value.row_shaped = shape.row_shaped;
  return value;
}

Value index_value(const FunctionCall& call, const Value& base, const Value& index, bool single) {
  if (base.null) return null_value();
  if (index.null) call.fail("the index is NULL");
  if (base.per_row) {
    if (index.per_row && index.kind() == Kind::kLogical)
      call.fail(
          "selecting rows changes their number; use ifelse(), or `rowSelection` for all variables"_named);
    call.fail("an element of a column is another row's value; an expression sees only its own row");
  }
  const auto n = base.size();
  if (single && (index.per_row || index.size() != 1)) call.fail("takes one constant index");
  constexpr auto kNowhere = std::numeric_limits<std::uint32_t>::max();
  std::vector<std::uint32_t> items;
  items.reserve(index.size());
  if (index.kind() == Kind::kString) {
    if (!base.names)
      call.fail(
          "the vector has no names; index it by number, or give names in c(name = value, ...)");
    std::unordered_map<std::string_view, std::uint32_t> positions;
    for (std::size_t i = 0; i < n; ++i)
      positions.emplace((*base.names)[i], static_cast<std::uint32_t>(i));
    const Texts texts(index);
    for (std::size_t i = 0; i < index.size(); ++i) {
      const auto text = texts[i];
      const auto found = text ? positions.find(*text) : positions.end();
      items.push_back(found == positions.end() ? kNowhere : found->second);
    }
  } else if (index.kind() == Kind::kLogical) {
    if (index.per_row)
      call.fail(
          "a logical index with one value per row changes the number of values; use ifelse()");
    const auto truth = logicals(index);
    if (truth.size() == 0) return take(base, {});
    for (std::size_t i = 0; i < std::max(n, truth.size()); ++i) {
      const auto t = truth.recycled(i);
      if (t == 0xff || (t && i >= n))
        items.push_back(kNowhere);
      else if (t)
        items.push_back(static_cast<std::uint32_t>(i));
    }
  } else {
    const auto numbers = doubles(index);
    bool negative = false, positive = false, zero = false;
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      const double at = numbers.data()[i];
      negative |= at <= -1, positive |= at >= 1 || at != at, zero |= std::fabs(at) < 1;
    }
    if (index.per_row && (negative || zero))
      call.fail("an index of 0 or below selects no single value; indices count from 1");
    if (negative && positive) call.fail("positive and negative indices cannot be mixed");
    if (negative) {
      std::vector<bool> dropped(n, false);
      for (std::size_t i = 0; i < numbers.size(); ++i) {
        const double at = -std::trunc(numbers.data()[i]);
        if (at >= 1 && at <= static_cast<double>(n))
          dropped[static_cast<std::size_t>(at) - 1] = true;
      }
      for (std::size_t i = 0; i < n; ++i)
        if (!dropped[i]) items.push_back(static_cast<std::uint32_t>(i));
    } else {
      for (std::size_t i = 0; i < numbers.size(); ++i) {
        const double at = std::trunc(numbers.data()[i]);
        if (at == 0) continue;
        items.push_back(at >= 1 && at <= static_cast<double>(n) ? static_cast<std::uint32_t>(at) - 1
                                                                : kNowhere);
      }
    }
  }
  Value source = base;
  if (std::find(items.begin(), items.end(), kNowhere) != items.end()) {
    if (single) call.fail("the index is outside the vector of " + std::to_string(n) + " values");
    // One missing value more at the end, for the indices that point nowhere.
    std::vector<Column> parts{base.column};
    if (base.kind() == Kind::kString) {
      StringBuilder builder;
      builder.append_missing();
      parts.push_back(builder.finish());
    } else if (base.is_factor()) {
      parts.push_back(Column::own(base.column.type(), std::vector<std::int32_t>{kMissingCode},
                                  base.column.levels()));
    } else {
      parts.push_back(dispatch(base.column.type(), [&]<class T>(T*) {
        return Column::own(base.column.type(), std::vector<T>{missing_value<T>()});
      }));
    }
    source.column = concatenate(parts);
    std::replace(items.begin(), items.end(), kNowhere, static_cast<std::uint32_t>(n));
  }
  auto result = take(source, items);
  result.per_row = index.per_row;
  result.row_shaped = index.row_shaped;
  if (base.names && !index.per_row) {
    std::vector<std::string> names;
    for (const auto item : items) names.push_back(item < n ? (*base.names)[item] : "");
    result.names = std::make_shared<const std::vector<std::string>>(std::move(names));
  }
  return result;
}

void add_vector_functions(FunctionTable& table) {
  table["c"] = {{"..."}, combined};
  table[":"] = {{"from", "to"}, range};
  table["seq"] = {{"from", "to", "by", "length.out"}, sequence};
  table["seq_len"] = {{"length.out"}, sequence_of_length};
  table["rep"] = {{"x", "times", "each", "length.out"}, repeated};
  table["rep_len"] = {{"x", "length.out"}, repeated_to_length};
  table["rev"] = {{"x"}, reversed};
  table["length"] = {{"x"}, length_of};
  table["pmin"] = {{"...", "na.rm"}, parallel_extreme<false>};
  table["pmax"] = {{"...", "na.rm"}, parallel_extreme<true>};
  table["min"] = {{"...", "na.rm"}, extreme<false>};
  table["max"] = {{"...", "na.rm"}, extreme<true>};
  table["sum"] = {{"...", "na.rm"}, sum};
  table["prod"] = {{"...", "na.rm"}, product};
  table["mean"] = {{"...", "na.rm"}, mean};
  table["any"] = {{"...", "na.rm"}, any_or_all<1>};
  table["all"] = {{"...", "na.rm"}, any_or_all<0>};
  for (const auto* name :
       {"cumsum", "cumprod", "cummax",     "cummin",   "diff",     "lag", "rank",  "order",
        "sort",   "unique",  "duplicated", "median",   "quantile", "var", "sd",    "range",
        "scale",  "table",   "which",      "tabulate", "ave",      "rle", "rowsum"})
    table[name] = {{"..."}, other_rows};
}

}  // namespace insitu
