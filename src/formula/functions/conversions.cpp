// as.* and is.*: conversions between types and questions about them.
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "base/number_text.hpp"
#include "formula/expression/calendar.hpp"
#include "formula/expression/time_zone.hpp"
#include "formula/expression/value.hpp"
#include "formula/expression/whole_numbers.hpp"

namespace insitu {

namespace {

/// Runs `f` once per level and spreads the results over the codes.
template <class T, class F>
std::vector<T> per_level(const Value& factor, T missing, F&& f) {
  const auto& levels = *factor.column.levels();
  std::vector<T> table(levels.size());
  for (std::size_t i = 0; i < levels.size(); ++i) table[i] = f(levels[i]);
  return map1<T>(Items<std::int32_t>(factor.column.values<std::int32_t>()), [&](std::int32_t code) {
    return code < 0 ? missing : table[static_cast<std::size_t>(code)];
  });
}

std::uint8_t truth_from_text(std::string_view text) {
  for (const auto word : {"T", "TRUE", "true", "True"})
    if (text == word) return 1;
  for (const auto word : {"F", "FALSE", "false", "False"})
    if (text == word) return 0;
  return 0xff;
}

template <class F>
Value strings_of(const Value& value, F&& append) {
  StringBuilder builder;
  builder.reserve(value.size(), 8 * value.size());
  for (std::size_t i = 0; i < value.size(); ++i) append(builder, i);
  return make_strings(shape_of(value), std::move(builder));
}

}  // namespace

Value as_strings(const Value& value) {
  if (value.kind() == Kind::kString) return value;
  const auto& column = value.column;
  switch (value.kind()) {
    case Kind::kFactor:
    case Kind::kOrdered: {
      const auto codes = column.values<std::int32_t>();
      const auto& levels = *column.levels();
      return strings_of(value, [&](StringBuilder& out, std::size_t i) {
        codes[i] < 0 ? out.append_missing()
                     : out.append(levels[static_cast<std::size_t>(codes[i])]);
      });
    }
    case Kind::kLogical: {
      const auto items = column.values<std::uint8_t>();
      return strings_of(value, [&](StringBuilder& out, std::size_t i) {
        items[i] == 0xff ? out.append_missing() : out.append(items[i] ? "TRUE" : "FALSE");
      });
    }
    case Kind::kInteger: {
      const auto items = integers(value);
      char buffer[16];
      return strings_of(value, [&](StringBuilder& out, std::size_t i) {
        const auto item = items[i];
        if (is_missing_value(item)) return out.append_missing();
        const auto end = std::to_chars(buffer, buffer + sizeof buffer, item).ptr;
        out.append({buffer, static_cast<std::size_t>(end - buffer)});
      });
    }
    case Kind::kDate: {
      const auto items = doubles(value);
      return strings_of(value, [&](StringBuilder& out, std::size_t i) {
        std::isfinite(items[i]) ? out.append(format_time(Moment::of_days(items[i]), "%Y-%m-%d"))
                                : out.append_missing();
      });
    }
    case Kind::kDateTime: {
      const auto items = doubles(value);
      const auto& zone = TimeZone::named(value.time_zone, "as.character()");
      return strings_of(value, [&](StringBuilder& out, std::size_t i) {
        std::isfinite(items[i]) ? out.append(format_time(zone.at(items[i]), "%Y-%m-%d %H:%M:%S"))
                                : out.append_missing();
      });
    }
    default:
      break;
  }
  if (column.type() == Type::kInt64) {
    const auto items = column.values<std::int64_t>();
    return strings_of(value, [&](StringBuilder& out, std::size_t i) {
      is_missing_value(items[i]) ? out.append_missing() : out.append(std::to_string(items[i]));
    });
  }
  const auto items = doubles(value);
  return strings_of(value, [&](StringBuilder& out, std::size_t i) {
    is_missing_value(items[i]) ? out.append_missing() : out.append(number_text(items[i]));
  });
}

Value as_doubles(const Value& value) {
  if (value.column.type() == Type::kFloat64) return value;
  if (value.kind() == Kind::kString) {
    const auto& column = value.column;
    std::vector<double> out(column.size());
    for (std::size_t i = 0; i < out.size(); ++i)
      out[i] =
          column.string_valid(i) ? number_from_text(column.string_at(i)) : missing_value<double>();
    return make_value(shape_of(value), Type::kFloat64, std::move(out));
  }
  const auto items = doubles(value);
  return make_value(shape_of(value), Type::kFloat64,
                    std::vector<double>(items.data(), items.data() + items.size()));
}

Value as_integers(const Value& value) {
  if (value.column.type() == Type::kInt32) return value;
  if (value.is_factor() || value.kind() == Kind::kLogical || value.kind() == Kind::kInteger) {
    const auto items = integers(value);
    return make_value(shape_of(value), Type::kInt32,
                      std::vector<std::int32_t>(items.data(), items.data() + items.size()));
  }
  const auto numbers = as_doubles(value);
  return make_value(shape_of(value), Type::kInt32,
                    map1<std::int32_t>(doubles(numbers), [](double x) {
                      return x > -2147483648.0 && x < 2147483648.0 ? static_cast<std::int32_t>(x)
                                                                   : missing_value<std::int32_t>();
                    }));
}

Value as_logicals(const Value& value) {
  if (value.kind() == Kind::kLogical) return value;
  if (value.is_factor())
    return make_value(shape_of(value), Type::kLogical,
                      per_level<std::uint8_t>(value, 0xff, truth_from_text));
  if (value.kind() == Kind::kString) {
    const auto& column = value.column;
    std::vector<std::uint8_t> out(column.size());
    for (std::size_t i = 0; i < out.size(); ++i)
      out[i] = column.string_valid(i) ? truth_from_text(column.string_at(i)) : 0xff;
    return make_value(shape_of(value), Type::kLogical, std::move(out));
  }
  const auto items = logicals(value);
  return make_value(shape_of(value), Type::kLogical,
                    std::vector<std::uint8_t>(items.data(), items.data() + items.size()));
}

namespace {

Value is_missing(const FunctionCall& call) {
  const auto& x = call[0];
  std::vector<std::uint8_t> out(x.size());
  const auto& column = x.column;
  if (column.type() == Type::kString) {
    if (!column.all_strings_valid())
      for (std::size_t i = 0; i < out.size(); ++i) out[i] = !column.string_valid(i);
  } else if (x.is_factor()) {
    const auto codes = column.values<std::int32_t>();
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = codes[i] < 0;
  } else {
    dispatch(column.type(), [&]<class T>(T*) {
      const auto items = column.values<T>();
      for (std::size_t i = 0; i < out.size(); ++i) out[i] = is_missing_value(items[i]);
    });
  }
  return make_value(shape_of(x), Type::kLogical, std::move(out));
}

Value to_strings(const FunctionCall& call) { return as_strings(call[0]); }

/// as.numeric(x, units = ): the unit is for differences of times.
Value to_doubles(const FunctionCall& call) {
  const auto& x = call[0];
  if (call.has(1)) {
    const double unit = seconds_per_unit(call, call.text(1, ""));
    if (x.difference_unit == 0) call.fail("units are for differences of times, as in t2 - t1");
    auto result = in_unit(x, unit);
    result.difference_unit = 0;
    return result;
  }
  if (x.difference_unit == kOpenUnit) call.fail_open_unit();
  auto result = as_doubles(x);
  result.difference_unit = 0;
  return result;
}

Value to_integers(const FunctionCall& call) { return as_integers(call[0]); }

/// as.integer64: whole numbers beyond 2^53, of texts to the last digit.
Value to_wide(const FunctionCall& call) {
  const auto& x = call[0];
  constexpr auto kNone = missing_value<std::int64_t>();
  if (is_wide(x)) return x;
  const auto wide = [&](std::vector<std::int64_t> items) {
    return make_value(shape_of(x), Type::kInt64, std::move(items));
  };
  if (x.kind() == Kind::kString || x.is_factor()) {
    const Texts texts(x);
    std::vector<std::int64_t> out(x.size(), kNone);
    for (std::size_t i = 0; i < out.size(); ++i) {
      const auto text = texts[i];
      if (!text) continue;
      const auto begin = text->data(), end = begin + text->size();
      std::int64_t number = 0;
      const auto result = std::from_chars(begin, end, number);
      out[i] = result.ec == std::errc{} && result.ptr == end
                   ? number
                   : whole_of(std::trunc(number_from_text(*text))).value_or(kNone);
    }
    return wide(std::move(out));
  }
  return wide(map1<std::int64_t>(doubles(x), [](double v) {
    return whole_of(std::trunc(v)).value_or(missing_value<std::int64_t>());
  }));
}
Value to_logicals(const FunctionCall& call) { return as_logicals(call[0]); }
Value same(const FunctionCall& call) { return call[0]; }

/// as.vector: without its class; a factor becomes its labels.
Value to_vector(const FunctionCall& call) {
  const auto& x = call[0];
  if (x.is_factor()) return as_strings(x);
  if (x.kind() == Kind::kDate || x.kind() == Kind::kDateTime) return as_doubles(x);
  return x;
}

template <Kind... Kinds>
Value is_kind(const FunctionCall& call) {
  const auto& value = call.values[0];
  if (!value) call.fail("argument is missing: x");
  return constant_logical(!value->null && ((value->kind() == Kinds) || ...));
}

Value is_null(const FunctionCall& call) {
  if (!call.values[0]) call.fail("argument is missing: x");
  return constant_logical(call.values[0]->null);
}

Value is_true_scalar(const FunctionCall& call, std::uint8_t wanted) {
  const auto& x = call[0];
  if (x.per_row) call.fail("takes a constant; write x %in% TRUE for one answer per row");
  return constant_logical(x.size() == 1 && x.kind() == Kind::kLogical && logicals(x)[0] == wanted);
}

Value is_true(const FunctionCall& call) { return is_true_scalar(call, 1); }
Value is_false(const FunctionCall& call) { return is_true_scalar(call, 0); }

/// F() and N() of a formula, where they stand inside an expression.
Value zero_based_codes(const FunctionCall& call) {
  const auto& x = call[0];
  if (!x.is_factor())
    call.fail("gives the codes of a factor, counted from 0; the argument is " +
              std::string(kind_name(x.kind())));
  return make_value(shape_of(x), Type::kInt32,
                    map1<std::int32_t>(Items<std::int32_t>(x.column.values<std::int32_t>()),
                                       [](std::int32_t code) {
                                         return code < 0 ? missing_value<std::int32_t>() : code;
                                       }));
}

}  // namespace

void add_conversions(FunctionTable& table) {
  const auto one = [&](const char* name, Value (*run)(const FunctionCall&)) {
    table[name] = {{"x"}, run};
  };
  one("as.character", to_strings);
  table["as.numeric"] = {{"x", "units"}, to_doubles, true};
  table["as.double"] = {{"x", "units"}, to_doubles, true};
  one("as.integer", to_integers);
  one("as.integer64", to_wide);
  one("as.logical", to_logicals);
  one("as.vector", to_vector);
  one("unclass", to_vector);
  one("I", same);
  one("identity", same);
  one("is.na", is_missing);
  one("is.null", is_null);
  one("isTRUE", is_true);
  one("isFALSE", is_false);
  one("is.factor", is_kind<Kind::kFactor, Kind::kOrdered>);
  one("is.ordered", is_kind<Kind::kOrdered>);
  one("is.character", is_kind<Kind::kString>);
  one("is.numeric", is_kind<Kind::kInteger, Kind::kDouble>);
  one("is.double", is_kind<Kind::kDouble, Kind::kDate, Kind::kDateTime>);
  one("is.integer", is_kind<Kind::kInteger, Kind::kFactor, Kind::kOrdered>);
  one("is.logical", is_kind<Kind::kLogical>);
  one("N", zero_based_codes);
}

}  // namespace insitu
