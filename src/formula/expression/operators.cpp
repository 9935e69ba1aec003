// Arithmetic, comparison and logic with R's rules for types and missing values.
#include <cmath>
#include <limits>
#include <string>

#include "formula/expression/elementary_values.hpp"
#include "formula/expression/whole_numbers.hpp"
#include "math/elementary.hpp"

namespace insitu {

namespace {

constexpr std::int32_t kMissingInteger = missing_value<std::int32_t>();
constexpr double kEpsilon = std::numeric_limits<double>::epsilon();

/// x - floor(x / y) * y without losing the remainder to rounding: the product is formed exactly by
/// fma.
double modulo(double x, double y) {
  if (y == 0 || x != x || y != y) return missing_value<double>();
  if (std::fabs(y) * kEpsilon > 1 && std::isfinite(x) && std::fabs(x) <= std::fabs(y)) {
    if (std::fabs(x) == std::fabs(y)) return 0;
    return (x < 0) != (y < 0) && x != 0 ? x + y : x;
  }
  const double q = x / y;
  const double rest = std::fma(-std::floor(q), y, x);
  return rest - std::floor(rest / y) * y;
}

double whole_quotient(double x, double y) {
  const double q = x / y;
  if (y == 0 || std::fabs(q) * kEpsilon > 1 || !std::isfinite(q)) return q;
  if (std::fabs(q) < 1) return q < 0 || (x < 0 && y > 0) || (x > 0 && y < 0) ? -1 : 0;
  const double rest = std::fma(-std::floor(q), y, x);
  return std::floor(q) + std::floor(rest / y);
}

/// x ^ y; squares are products, as in R. Of a missing value, the power 0 is 1, and 1 to any power
/// is 1.
std::vector<double> powers(std::size_t n, const Items<double>& x, const Items<double>& y) {
  auto out = results_of<elementary::pow>(n, x, y);
  for (std::size_t i = 0; i < n; ++i)
    if (y.recycled(i) == 2) out[i] = x.recycled(i) * x.recycled(i);
  return out;
}

template <class F>
std::int32_t whole(std::int32_t a, std::int32_t b, F&& f) {
  if (a == kMissingInteger || b == kMissingInteger) return kMissingInteger;
  const std::int64_t result = f(static_cast<std::int64_t>(a), static_cast<std::int64_t>(b));
  return result > std::numeric_limits<std::int32_t>::max() ||
                 result <= std::numeric_limits<std::int32_t>::min()
             ? kMissingInteger
             : static_cast<std::int32_t>(result);
}

bool is_time(Kind kind) { return kind == Kind::kDate || kind == Kind::kDateTime; }

Value integer_arithmetic(const Shape& shape, char op, const Value& left, const Value& right) {
  const auto a = integers(left), b = integers(right);
  const auto run = [&](auto f) {
    return make_value(shape, Type::kInt32,
                      map2<std::int32_t>(shape.size, a, b, [f](std::int32_t x, std::int32_t y) {
                        return whole(x, y, f);
                      }));
  };
  using I = std::int64_t;
  constexpr I kNone = std::numeric_limits<I>::min();
  switch (op) {
    case '+':
      return run([](I x, I y) { return x + y; });
    case '-':
      return run([](I x, I y) { return x - y; });
    case '*':
      return run([](I x, I y) { return x * y; });
    case '%':
      return run([](I x, I y) { return y == 0 ? kNone : ((x % y) + y) % y; });
    default:  // %/% rounds down
      return run(
          [](I x, I y) { return y == 0 ? kNone : x / y - (x % y != 0 && (x < 0) != (y < 0)); });
  }
}

Value double_arithmetic(const Shape& shape, Type type, char op, const Value& left,
                        const Value& right) {
  const auto a = doubles(left), b = doubles(right);
  const auto run = [&](auto f) {
    return make_value(shape, type, map2<double>(shape.size, a, b, f));
  };
  switch (op) {
    case '+':
      return run([](double x, double y) { return x + y; });
    case '-':
      return run([](double x, double y) { return x - y; });
    case '*':
      return run([](double x, double y) { return x * y; });
    case '/':
      return run([](double x, double y) { return x / y; });
    case '%':
      return run(modulo);
    case 'd':
      return run(whole_quotient);
    default:
      if (b.size() == 1 && b[0] == 2) return run([](double x, double) { return x * x; });
      return make_value(shape, type, powers(shape.size, a, b));
  }
}

/// Missing values, where R warns that an operator means nothing for unordered factors.
Value missing_for_factors(const FunctionCall& call) {
  call.environment.warn("'" + call.name +
                        "' means nothing for factors without an order: the result is missing; "
                        "as.character(f) gives the labels, as.integer(f) the codes");
  std::vector<const Value*> operands{&call[0]};
  if (call.values.size() > 1 && call.values[1]) operands.push_back(&call[1]);
  const auto shape = call.shape(operands);
  return make_value(shape, Type::kLogical, std::vector<std::uint8_t>(shape.size, 0xff));
}

bool is_unordered(const std::optional<Value>& value) {
  return value && !value->null && value->kind() == Kind::kFactor;
}

/// Brings operands to one unit where both are differences of times, or one is a time, and gives the
/// unit of the result.
double align_units(const FunctionCall& call, char op, Value& left, Value& right) {
  const double l = left.difference_unit, r = right.difference_unit;
  if (is_time(left.kind()) || is_time(right.kind())) {
    auto& difference = is_time(left.kind()) ? right : left;
    const auto& time = is_time(left.kind()) ? left : right;
    if (difference.difference_unit != 0)
      difference = in_unit(difference, time.kind() == Kind::kDate ? 86400 : 1);
    difference.difference_unit = 0;
    return 0;
  }
  if (l != 0 && r != 0) {
    const double unit = std::min(l, r);
    left = in_unit(left, unit), right = in_unit(right, unit);
    if (op == '*')
      call.fail("two differences of times cannot be multiplied; as.numeric() gives the number");
    return op == '/' || op == 'd' ? 0 : unit;
  }
  if (l != 0) return l;
  return op == '/' || op == 'd' || op == '^' ? 0 : r;
}

Value arithmetic(const FunctionCall& call, char op) {
  if (is_unordered(call.values[0]) || is_unordered(call.values[1]))
    return missing_for_factors(call);
  auto left = call.numeric(0, true), right = call.numeric(1, true);
  const auto shape = call.shape({&left, &right});
  const auto l = left.kind(), r = right.kind();
  Type type = Type::kFloat64;
  std::string zone;
  double unit = align_units(call, op, left, right);
  if (is_time(l) || is_time(r)) {
    if (is_time(l) && is_time(r)) {
      if (op != '-' || l != r)
        call.fail(
            "two times can only be subtracted, and both must be dates or both times; as.Date() "
            "gives the date");
      unit = l == Kind::kDateTime ? kOpenUnit : 86400;
    } else if (op == '+' || (op == '-' && is_time(l))) {
      const auto& time = is_time(l) ? left : right;
      type = time.column.type();
      zone = time.time_zone;
    } else {
      call.fail("is not defined for " + std::string(kind_name(is_time(l) ? l : r)) +
                "; as.numeric() gives the number");
    }
  }
  if (op != '/' && op != '^') {
    const auto is_small = [](Kind kind) {
      return kind == Kind::kLogical || kind == Kind::kInteger;
    };
    if (is_small(l) && is_small(r)) return integer_arithmetic(shape, op, left, right);
    if (type == Type::kFloat64 && unit == 0 && stays_wide(left, right))
      return wide_arithmetic(call, shape, op, left, right);
  }
  auto result = double_arithmetic(shape, type, op, left, right);
  result.time_zone = zone;
  result.difference_unit = unit;
  return result;
}

template <char Op>
Value binary(const FunctionCall& call) {
  return arithmetic(call, Op);
}

template <char Op>
Value signed_or_binary(const FunctionCall& call) {
  if (call.values[1]) return arithmetic(call, Op);
  if (is_unordered(call.values[0])) return missing_for_factors(call);
  const auto& x = call.numeric(0);
  if (x.kind() == Kind::kDouble) {
    if (Op == '+') return x;
    if (is_wide(x)) return wide_negative(x);
    auto result = make_value(shape_of(x), Type::kFloat64,
                             map1<double>(doubles(x), [](double v) { return -v; }));
    result.difference_unit = x.difference_unit;
    return result;
  }
  return make_value(shape_of(x), Type::kInt32, map1<std::int32_t>(integers(x), [](std::int32_t v) {
                      return Op == '+' || v == kMissingInteger ? v : -v;
                    }));
}

// Comparison
// ----------------------------------------------------------------------------------------------------------

enum class Comparison { kEqual, kUnequal, kLess, kLessEqual, kGreater, kGreaterEqual };

template <class T>
bool holds(Comparison op, const T& a, const T& b) {
  switch (op) {
    case Comparison::kEqual:
      return a == b;
    case Comparison::kUnequal:
      return a != b;
    case Comparison::kLess:
      return a < b;
    case Comparison::kLessEqual:
      return a <= b;
    case Comparison::kGreater:
      return a > b;
    case Comparison::kGreaterEqual:
      return a >= b;
  }
  return false;
}

Comparison mirrored(Comparison op) {
  switch (op) {
    case Comparison::kLess:
      return Comparison::kGreater;
    case Comparison::kLessEqual:
      return Comparison::kGreaterEqual;
    case Comparison::kGreater:
      return Comparison::kLess;
    case Comparison::kGreaterEqual:
      return Comparison::kLessEqual;
    default:
      return op;
  }
}

bool is_order(Comparison op) { return op != Comparison::kEqual && op != Comparison::kUnequal; }

/// The loops, one per operator so that each can be vectorised.
template <class T>
std::vector<std::uint8_t> compare_items(Comparison op, std::size_t n, const Items<T>& a,
                                        const Items<T>& b) {
  const auto run = [&](auto f) {
    return map2<std::uint8_t>(n, a, b, [f](T x, T y) -> std::uint8_t {
      const bool missing = is_missing_value(x) | is_missing_value(y);
      return static_cast<std::uint8_t>(f(x, y)) |
             static_cast<std::uint8_t>(-static_cast<int>(missing));
    });
  };
  switch (op) {
    case Comparison::kEqual:
      return run([](T x, T y) { return x == y; });
    case Comparison::kUnequal:
      return run([](T x, T y) { return x != y; });
    case Comparison::kLess:
      return run([](T x, T y) { return x < y; });
    case Comparison::kLessEqual:
      return run([](T x, T y) { return x <= y; });
    case Comparison::kGreater:
      return run([](T x, T y) { return x > y; });
    case Comparison::kGreaterEqual:
      return run([](T x, T y) { return x >= y; });
  }
  return {};
}

/// int64 with doubles, as on the number line.
std::vector<std::uint8_t> compare_wide(Comparison op, std::size_t n, const Items<std::int64_t>& a,
                                       const Items<double>& b) {
  return map2<std::uint8_t>(n, a, b, [op](std::int64_t x, double y) -> std::uint8_t {
    if (is_missing_value(x) || y != y) return 0xff;
    const auto order = order_of(x, y);
    return holds(op, order < 0 ? -1 : order > 0 ? 1 : 0, 0);
  });
}

/// Applies a truth value per level to the codes of a factor.
Value by_level(const Value& factor, const std::vector<std::uint8_t>& truth) {
  const auto codes = factor.column.values<std::int32_t>();
  std::vector<std::uint8_t> out(codes.size());
  for (std::size_t i = 0; i < codes.size(); ++i)
    out[i] = codes[i] < 0 ? 0xff : truth[static_cast<std::size_t>(codes[i])];
  return make_value(shape_of(factor), Type::kLogical, std::move(out));
}

Value compare_factor_with_scalar(Comparison op, const Value& factor, const Value& scalar) {
  const auto& levels = *factor.column.levels();
  std::vector<std::uint8_t> truth(levels.size(), 0xff);
  const Texts texts(scalar);
  const auto wanted = texts[0];
  if (is_order(op)) {
    const auto found = wanted ? std::find(levels.begin(), levels.end(), *wanted) : levels.end();
    if (found != levels.end())
      for (std::size_t i = 0; i < levels.size(); ++i)
        truth[i] = holds(op, static_cast<long>(i), static_cast<long>(found - levels.begin()));
  } else if (wanted) {
    for (std::size_t i = 0; i < levels.size(); ++i)
      truth[i] = holds<std::string_view>(op, levels[i], *wanted);
  }
  return by_level(factor, truth);
}

Value compare_texts(const FunctionCall& call, Comparison op, const Value& left,
                    const Value& right) {
  const auto shape = call.shape({&left, &right});
  const Texts a(left), b(right);
  std::vector<std::uint8_t> out(shape.size);
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto x = a[a.size() == shape.size ? i : i % a.size()],
               y = b[b.size() == shape.size ? i : i % b.size()];
    out[i] = !x || !y ? 0xff : holds(op, *x, *y);
  }
  return make_value(shape, Type::kLogical, std::move(out));
}

Value compare_factors(const FunctionCall& call, Comparison op, const Value& left,
                      const Value& right) {
  if (is_order(op)) {
    if (*left.column.levels() != *right.column.levels())
      call.fail("the ordered factors have different levels");
    const auto shape = call.shape({&left, &right});
    return make_value(shape, Type::kLogical,
                      compare_items(op, shape.size, integers(left), integers(right)));
  }
  return compare_texts(call, op, left, right);
}

Value compare(const FunctionCall& call, Comparison op) {
  const auto& left = call[0];
  const auto& right = call[1];
  if (is_order(op) && (left.kind() == Kind::kFactor || right.kind() == Kind::kFactor))
    return missing_for_factors(call);
  if (left.is_factor() && right.is_factor()) return compare_factors(call, op, left, right);
  if (left.is_factor() && right.scalar()) return compare_factor_with_scalar(op, left, right);
  if (right.is_factor() && left.scalar())
    return compare_factor_with_scalar(mirrored(op), right, left);
  const auto l = left.kind(), r = right.kind();
  if (left.is_factor() || right.is_factor()) {
    if (is_order(op))
      call.fail("a factor is compared with one level at a time; as.character() compares texts");
    return compare_texts(call, op, left, right);
  }
  if (is_time(l) && is_time(r) && l != r)
    call.fail("a date and a time cannot be compared; as.Date() gives the date of a time");
  Value converted;
  const Value* a = &left;
  const Value* b = &right;
  Value other;  // differences of times in one unit
  if (left.difference_unit != 0 && right.difference_unit != 0) {
    const double unit = std::min(left.difference_unit, right.difference_unit);
    a = &(converted = in_unit(left, unit));
    b = &(other = in_unit(right, unit));
  }
  if (l == Kind::kString && is_time(r))
    a = &(converted = r == Kind::kDate ? dates_from_text(left) : times_from_text(left));
  else if (r == Kind::kString && is_time(l))
    b = &(converted = l == Kind::kDate ? dates_from_text(right) : times_from_text(right));
  else if (l == Kind::kString || r == Kind::kString)
    return compare_texts(call, op, left, right);
  const auto shape = call.shape({a, b});
  const auto is_small = [](Kind kind) { return kind == Kind::kLogical || kind == Kind::kInteger; };
  if (is_small(l) && is_small(r))
    return make_value(shape, Type::kLogical,
                      compare_items(op, shape.size, integers(*a), integers(*b)));
  if (stays_wide(*a, *b))
    return make_value(shape, Type::kLogical,
                      compare_items(op, shape.size, whole_numbers(*a), whole_numbers(*b)));
  if (is_wide(*a))
    return make_value(shape, Type::kLogical,
                      compare_wide(op, shape.size, whole_numbers(*a), doubles(*b)));
  if (is_wide(*b))
    return make_value(shape, Type::kLogical,
                      compare_wide(mirrored(op), shape.size, whole_numbers(*b), doubles(*a)));
  return make_value(shape, Type::kLogical, compare_items(op, shape.size, doubles(*a), doubles(*b)));
}

template <Comparison Op>
Value comparison(const FunctionCall& call) {
  return compare(call, Op);
}

// Logic
// ---------------------------------------------------------------------------------------------------------------

std::uint8_t both(std::uint8_t a, std::uint8_t b) {
  return a == 0 || b == 0 ? 0 : a == 0xff || b == 0xff ? 0xff : 1;
}
std::uint8_t either(std::uint8_t a, std::uint8_t b) {
  return a == 1 || b == 1 ? 1 : a == 0xff || b == 0xff ? 0xff : 0;
}
std::uint8_t one(std::uint8_t a, std::uint8_t b) { return a == 0xff || b == 0xff ? 0xff : a != b; }

template <std::uint8_t F(std::uint8_t, std::uint8_t)>
Value logic(const FunctionCall& call) {
  if (is_unordered(call.values[0]) || is_unordered(call.values[1]))
    return missing_for_factors(call);
  const auto& left = call.numeric(0);
  const auto& right = call.numeric(1);
  const auto shape = call.shape({&left, &right});
  return make_value(shape, Type::kLogical,
                    map2<std::uint8_t>(shape.size, logicals(left), logicals(right), F));
}

template <std::uint8_t F(std::uint8_t, std::uint8_t)>
Value scalar_logic(const FunctionCall& call) {
  for (const std::size_t i : {0, 1})
    if (!call.numeric(i).scalar())
      call.fail(std::string("takes single values only; write ") + (call.name == "&&" ? "&" : "|") +
                " for one answer per row");
  return logic<F>(call);
}

Value negation(const FunctionCall& call) {
  if (is_unordered(call.values[0])) return missing_for_factors(call);
  const auto& x = call.numeric(0);
  return make_value(shape_of(x), Type::kLogical,
                    map1<std::uint8_t>(logicals(x), [](std::uint8_t v) -> std::uint8_t {
                      return v == 0xff ? 0xff : !v;
                    }));
}

/// The type that holds both, as ifelse() and c() find it: logical < integer < number < string.
/// Attributes are dropped.
Kind plain_kind(Kind kind) { return is_time(kind) ? Kind::kDouble : kind; }

template <class T>
std::vector<T> choose(const Items<std::uint8_t>& test, const Items<T>& yes, const Items<T>& no) {
  const auto count = test.size();
  std::vector<T> out(count);
  const std::uint8_t* t = test.data();
  const T *y = yes.data(), *n = no.data();
  const T none = missing_value<T>();
  const auto fits = [&](const Items<T>& items) {
    return items.size() == 1 || items.size() == count;
  };
  if (!fits(yes) || !fits(no)) {  // constants of other lengths are recycled
    for (std::size_t i = 0; i < count; ++i)
      out[i] = t[i] == 0xff ? none : t[i] ? yes.recycled(i) : no.recycled(i);
    return out;
  }
  const std::size_t y_step = yes.size() != 1, n_step = no.size() != 1;
  for (std::size_t i = 0; i < count; ++i) {
    const T when_true = y[i * y_step], when_false = n[i * n_step];
    const T chosen = t[i] ? when_true : when_false;
    out[i] = t[i] == 0xff ? none : chosen;
  }
  return out;
}

Value if_else(const FunctionCall& call) {
  auto test = call.numeric(0);
  const auto& yes = call[1];
  const auto& no = call[2];
  for (const auto* branch : {&yes, &no})
    if (branch->is_factor())
      call.fail(
          "gives the codes of a factor in R; write as.character(f) for its labels or as.integer(f) "
          "for its codes");
  call.shape({&test, &yes, &no});  // fails where lengths do not fit
  if (!test.per_row && (yes.per_row || no.per_row) && test.size() == 1) {
    // One test for all rows: R would answer with one value, the first row's.
    call.fail(
        "the test is one value, but the answer has one per row; the test must depend on the rows");
  }
  if (yes.size() == 0 || no.size() == 0) call.fail("yes and no must have at least one value");
  const auto truth = logicals(test);
  const Shape result{test.size(), test.per_row, test.row_shaped};
  const auto y = plain_kind(yes.kind()), n = plain_kind(no.kind());
  const auto kind = std::max(y, n);
  switch (kind) {
    case Kind::kLogical:
      return make_value(result, Type::kLogical, choose(truth, logicals(yes), logicals(no)));
    case Kind::kInteger:
      return make_value(result, Type::kInt32, choose(truth, integers(yes), integers(no)));
    case Kind::kString:
      break;
    default:
      if (stays_wide(yes, no))
        return make_value(result, Type::kInt64,
                          choose(truth, whole_numbers(yes), whole_numbers(no)));
      return make_value(result, Type::kFloat64, choose(truth, doubles(yes), doubles(no)));
  }
  const Texts a(yes), b(no);
  StringBuilder builder;
  builder.reserve(truth.size(), 8 * truth.size());
  for (std::size_t i = 0; i < truth.size(); ++i) {
    const auto t = truth.data()[i];
    const auto text = t == 0xff ? std::nullopt : t ? a[i % a.size()] : b[i % b.size()];
    text ? builder.append(*text) : builder.append_missing();
  }
  return make_strings(result, std::move(builder));
}

}  // namespace

void add_operators(FunctionTable& table) {
  const std::vector<std::string> two{"e1", "e2"};
  table["+"] = {two, signed_or_binary<'+'>};
  table["-"] = {two, signed_or_binary<'-'>};
  table["*"] = {two, binary<'*'>};
  table["/"] = {two, binary<'/'>};
  table["^"] = {two, binary<'^'>};
  table["pow"] = {{"x", "p"}, binary<'^'>};
  table["%%"] = {two, binary<'%'>};
  table["%/%"] = {two, binary<'d'>};
  table["=="] = {two, comparison<Comparison::kEqual>};
  table["!="] = {two, comparison<Comparison::kUnequal>};
  table["<"] = {two, comparison<Comparison::kLess>};
  table["<="] = {two, comparison<Comparison::kLessEqual>};
  table[">"] = {two, comparison<Comparison::kGreater>};
  table[">="] = {two, comparison<Comparison::kGreaterEqual>};
  table["&"] = {two, logic<both>};
  table["|"] = {two, logic<either>};
  table["&&"] = {two, scalar_logic<both>};
  table["||"] = {two, scalar_logic<either>};
  table["xor"] = {{"x", "y"}, logic<one>};
  table["!"] = {{"x"}, negation};
  table["ifelse"] = {{"test", "yes", "no"}, if_else};
}

}  // namespace insitu
