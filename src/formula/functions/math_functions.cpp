// Mathematical functions of one or two numbers, with R's rules of type and rounding.
#include <cmath>
#include <limits>

#include "formula/expression/elementary_values.hpp"
#include "formula/expression/whole_numbers.hpp"
#include "math/elementary.hpp"

namespace insitu {

namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

template <class F>
Value numbers_of(const FunctionCall& call, F&& f) {
  const auto& x = call.numeric(0);
  return make_value(shape_of(x), Type::kFloat64, map1<double>(doubles(x), f));
}

template <double F(double)>
Value function_of_one(const FunctionCall& call) {
  return numbers_of(call, [](double x) { return F(x); });
}

template <class F>
Value numbers_of_two(const FunctionCall& call, F&& f) {
  const auto& x = call.numeric(0);
  const auto& y = call.numeric(1);
  const auto shape = call.shape({&x, &y});
  return make_value(shape, Type::kFloat64, map2<double>(shape.size, doubles(x), doubles(y), f));
}

double gamma_function(double x) { return x == 0 ? kNone : elementary::tgamma(x); }

/// n! and other values that are whole in mathematics come out whole.
double factorial(double x) {
  const double value = gamma_function(x + 1);
  return x == std::trunc(x) && std::fabs(value) < 1e15 ? std::nearbyint(value) : value;
}

double log_beta(double a, double b) {
  if (a < 0 || b < 0) return kNone;
  return elementary::lgamma(a) + elementary::lgamma(b) - elementary::lgamma(a + b);
}

double beta_function(double a, double b) {
  if (a < 0 || b < 0) return kNone;
  if (a == 0 || b == 0) return std::numeric_limits<double>::infinity();
  if (a + b < 170) return 1 / gamma_function(a + b) * gamma_function(a) * gamma_function(b);
  return elementary::exp(log_beta(a, b));
}

/// Binomial coefficient for real n and whole k: a product for k below a thousand, else by gamma
/// functions.
double choose(double n, double k) {
  if (n != n || k != k) return kNone;
  k = std::nearbyint(k);
  const bool whole = std::fabs(n - std::nearbyint(n)) <= 1e-7 * std::max(1.0, std::fabs(n));
  if (whole) n = std::nearbyint(n);
  if (whole && n >= 0 && n - k < k) k = n - k;
  if (k < 0) return 0;
  if (k == 0) return 1;
  if (k < 1000) {
    double product = n;
    for (int j = 2; j <= k; ++j) product *= (n - j + 1) / j;
    return whole ? std::nearbyint(product) : product;
  }
  if (n < 0) {
    const double value = choose(-n + k - 1, k);
    return std::fmod(k, 2) == 0 ? value : -value;
  }
  if (n < k - 1) {
    // The gamma function of a negative number carries the sign.
    const int sign = elementary::gamma_sign(n + 1) * elementary::gamma_sign(n - k + 1);
    const double value =
        elementary::lgamma(n + 1) - elementary::lgamma(k + 1) - elementary::lgamma(n - k + 1);
    return sign * elementary::exp(value);
  }
  const double value = elementary::exp(elementary::lgamma(n + 1) - elementary::lgamma(k + 1) -
                                       elementary::lgamma(n - k + 1));
  return whole ? std::nearbyint(value) : value;
}

double sign_of(double x) { return x != x ? kNone : (x > 0) - (x < 0); }

/// Rounds to `digits` decimals: of the two neighbours with that many decimals the nearer; the even
/// one on a tie.
double rounded(double x, double digits) {
  if (x != x || digits != digits) return kNone;
  if (!std::isfinite(x) || digits > 323 || x == 0) return x;
  if (digits < -308) return 0;
  const int d = static_cast<int>(std::floor(digits + 0.5));
  if (d == 0) return std::nearbyint(x);
  if (x < 0) return -rounded(-x, d);
  // A double has 15 sure digits: where more are asked for, x is its own rounding.
  if (d + (std::logb(x) + 0.5) * 0.30102999566398120 > 15) return x;
  const auto scale = [](double value, int by) {
    const double p = elementary::pow(10.0, std::abs(by) > 308 ? std::abs(by) - 308 : std::abs(by));
    const double rest = std::abs(by) > 308 ? 1e308 : 1;
    return by >= 0 ? value * p * rest : value / p / rest;
  };
  const double scaled = scale(x, d);
  const double below = std::floor(scaled), above = std::ceil(scaled);
  const double low = scale(below, -d), high = scale(above, -d);
  const double to_low = x - low, to_high = high - x;
  return to_low < to_high || (to_low == to_high && std::fmod(below, 2) == 0) ? low : high;
}

double significant(double x, double digits) {
  if (x != x || digits != digits) return kNone;
  if (!std::isfinite(x) || x == 0 || digits > 22) return x;
  const int d = std::max(1, static_cast<int>(std::nearbyint(digits)));
  const double size = std::fabs(x);
  const int shift = d - 1 - static_cast<int>(std::floor(elementary::log10(size)));
  double value;
  if (std::abs(shift) < 306) {
    if (shift > 0) {
      const double p = elementary::pow(10.0, shift);
      value = std::nearbyint(size * p) / p;
    } else {
      const double p = elementary::pow(10.0, -shift);
      value = std::nearbyint(size / p) * p;
    }
  } else {
    const double p = elementary::pow(10.0, shift - 300);
    value = std::nearbyint(size * 1e300 * p) / p / 1e300;
  }
  return x < 0 ? -value : value;
}

bool is_whole_kind(const Value& x) {
  return x.kind() == Kind::kLogical || x.kind() == Kind::kInteger;
}

Value absolute(const FunctionCall& call) {
  const auto& x = call.numeric(0);
  if (is_wide(x))
    return make_value(shape_of(x), Type::kInt64,
                      map1<std::int64_t>(whole_numbers(x), [](std::int64_t v) {
                        return is_missing_value(v) ? v : std::abs(v);
                      }));
  if (!is_whole_kind(x)) return numbers_of(call, [](double v) { return std::fabs(v); });
  return make_value(shape_of(x), Type::kInt32, map1<std::int32_t>(integers(x), [](std::int32_t v) {
                      return v == missing_value<std::int32_t>() ? v : std::abs(v);
                    }));
}

template <double F(double, double)>
Value rounding(const FunctionCall& call, double otherwise) {
  const auto& x = call.numeric(0, true);
  if (x.kind() == Kind::kDate || x.kind() == Kind::kDateTime) {
    auto result = make_value(shape_of(x), x.column.type(),
                             map1<double>(doubles(x), [&](double v) { return F(v, 0); }));
    result.time_zone = x.time_zone;
    return result;
  }
  const auto digits = call.has(1) ? call.numeric(1) : constant_number(otherwise);
  // Decimals of an int64 are none; significant digits and tens are for doubles.
  if (is_wide(x) && F == rounded && digits.scalar() && doubles(digits)[0] >= 0) return x;
  const auto shape = call.shape({&x, &digits});
  return make_value(shape, Type::kFloat64,
                    map2<double>(shape.size, doubles(x), doubles(digits),
                                 [](double v, double d) { return F(v, d); }));
}

Value round_function(const FunctionCall& call) { return rounding<rounded>(call, 0); }
Value signif_function(const FunctionCall& call) { return rounding<significant>(call, 6); }

Value logarithm(const FunctionCall& call) {
  if (!call.has(1)) return over_numbers<elementary::log>(call);
  const auto& base = call.numeric(1);
  if (base.scalar() && doubles(base)[0] == 10) return over_numbers<elementary::log10>(call);
  if (base.scalar() && doubles(base)[0] == 2) return over_numbers<elementary::log2>(call);
  const auto& x = call.numeric(0);
  const auto shape = call.shape({&x, &base});
  const auto numbers = doubles(x), bases = doubles(base);
  const Items<double> top(results_of<elementary::log>(numbers)),
      below(results_of<elementary::log>(bases));
  std::vector<double> out(shape.size);
  for (std::size_t i = 0; i < out.size(); ++i) {
    const double b = bases.recycled(i);
    out[i] = b == 10  ? elementary::log10(numbers.recycled(i))
             : b == 2 ? elementary::log2(numbers.recycled(i))
                      : top.recycled(i) / below.recycled(i);
  }
  return make_value(shape, Type::kFloat64, std::move(out));
}

Value arc_tangent(const FunctionCall& call) {
  const auto& y = call.numeric(0);
  const auto& x = call.numeric(1);
  const auto shape = call.shape({&y, &x});
  return make_value(shape, Type::kFloat64,
                    results_of<elementary::atan2>(shape.size, doubles(y), doubles(x)));
}
Value choose_function(const FunctionCall& call) { return numbers_of_two(call, choose); }
Value beta_value(const FunctionCall& call) { return numbers_of_two(call, beta_function); }
Value log_beta_value(const FunctionCall& call) { return numbers_of_two(call, log_beta); }

template <double F(double)>
Value whole_part(const FunctionCall& call) {
  return is_wide(call.numeric(0)) ? call[0] : function_of_one<F>(call);
}

template <std::uint8_t F(double)>
Value test_numbers(const FunctionCall& call) {
  const auto& x = call[0];
  if (x.kind() == Kind::kString)  // a string is neither finite nor NaN
    return make_value(shape_of(x), Type::kLogical, std::vector<std::uint8_t>(x.size(), 0));
  return make_value(shape_of(x), Type::kLogical,
                    map1<std::uint8_t>(doubles(x), [](double v) { return F(v); }));
}

std::uint8_t finite(double x) { return std::isfinite(x); }
std::uint8_t infinite(double x) { return std::isinf(x); }

Value is_nan(const FunctionCall& call) {
  const auto& x = call[0];
  // Only floating point has NaN; a missing integer or factor is not one.
  if (!is_floating(x.column.type()))
    return make_value(shape_of(x), Type::kLogical, std::vector<std::uint8_t>(x.size(), 0));
  return make_value(
      shape_of(x), Type::kLogical,
      map1<std::uint8_t>(doubles(x), [](double v) -> std::uint8_t { return v != v; }));
}

Value bitwise(const FunctionCall& call, char op) {
  const auto a = as_integers(call.numeric(0)), b = as_integers(call.numeric(1));
  const auto shape = call.shape({&a, &b});
  const auto none = missing_value<std::int32_t>();
  return make_value(
      shape, Type::kInt32,
      map2<std::int32_t>(shape.size, integers(a), integers(b), [&](std::int32_t x, std::int32_t y) {
        if (x == none || y == none) return none;
        return op == '&' ? x & y : op == '|' ? x | y : x ^ y;
      }));
}

Value bit_and(const FunctionCall& call) { return bitwise(call, '&'); }
Value bit_or(const FunctionCall& call) { return bitwise(call, '|'); }
Value bit_xor(const FunctionCall& call) { return bitwise(call, '^'); }

}  // namespace

void add_math_functions(FunctionTable& table) {
  const auto one = [&](const char* name, Value (*run)(const FunctionCall&)) {
    table[name] = {{"x"}, run};
  };
  one("sqrt", over_numbers<elementary::sqrt>);
  one("exp", over_numbers<elementary::exp>);
  one("expm1", over_numbers<elementary::expm1>);
  one("log1p", over_numbers<elementary::log1p>);
  one("log10", over_numbers<elementary::log10>);
  one("log2", over_numbers<elementary::log2>);
  one("sin", over_numbers<elementary::sin>);
  one("cos", over_numbers<elementary::cos>);
  one("tan", over_numbers<elementary::tan>);
  one("asin", over_numbers<elementary::asin>);
  one("acos", over_numbers<elementary::acos>);
  one("atan", over_numbers<elementary::atan>);
  one("sinh", over_numbers<elementary::sinh>);
  one("cosh", over_numbers<elementary::cosh>);
  one("tanh", over_numbers<elementary::tanh>);
  one("asinh", over_numbers<elementary::asinh>);
  one("acosh", over_numbers<elementary::acosh>);
  one("atanh", over_numbers<elementary::atanh>);
  one("floor", whole_part<std::floor>);
  one("ceiling", whole_part<std::ceil>);
  one("trunc", whole_part<std::trunc>);
  one("sign", function_of_one<sign_of>);
  one("gamma", function_of_one<gamma_function>);
  one("lgamma", over_numbers<elementary::lgamma>);
  one("factorial", function_of_one<factorial>);
  one("abs", absolute);
  one("is.finite", test_numbers<finite>);
  one("is.infinite", test_numbers<infinite>);
  one("is.nan", is_nan);
  table["round"] = {{"x", "digits"}, round_function};
  table["signif"] = {{"x", "digits"}, signif_function};
  table["log"] = {{"x", "base"}, logarithm};
  table["atan2"] = {{"y", "x"}, arc_tangent};
  table["choose"] = {{"n", "k"}, choose_function};
  table["beta"] = {{"a", "b"}, beta_value};
  table["lbeta"] = {{"a", "b"}, log_beta_value};
  table["bitwAnd"] = {{"a", "b"}, bit_and};
  table["bitwOr"] = {{"a", "b"}, bit_or};
  table["bitwXor"] = {{"a", "b"}, bit_xor};
}

}  // namespace insitu
