// Functions that scripts lean on beside the subjects of the other files: replacing, rows of several
// columns, vectors of a length, parts of paths, distributions.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "formula/expression/text.hpp"
#include "formula/expression/whole_numbers.hpp"
#include "math/distributions.hpp"
#include "math/elementary.hpp"

namespace insitu {

namespace {

/// As ifelse() evaluates it: `yes` where the test is true, else `no`.
Value chosen(const FunctionCall& call, const Value& test, const Value& yes, const Value& no) {
  FunctionCall choice(call.environment, "ifelse");
  const auto& function = functions().at("ifelse");
  choice.parameters = function.parameters;
  choice.values = {test, yes, no};
  return function.run(choice);
}

/// replace(x, list, values): for one answer per row a logical index and one value.
Value replaced(const FunctionCall& call) {
  const auto& x = call[0];
  const auto& list = call[1];
  const auto& values = call[2];
  if (list.kind() != Kind::kLogical || list.per_row != x.per_row)
    call.fail("needs a test of each value, as in replace(x, is.na(x), 0)");
  if (!values.scalar()) call.fail("values must be one constant; ifelse() takes one per row");
  if (x.is_factor())
    call.fail(
        "of a factor is not in the portable subset; use ifelse(test, \"a\", as.character(f))");
  const auto truth = logicals(list);
  // In R a missing test leaves x.
  const Shape shape = shape_of(list);
  auto result = chosen(
      call,
      make_value(shape, Type::kLogical,
                 map1<std::uint8_t>(truth, [](std::uint8_t t) -> std::uint8_t { return t == 1; })),
      values, x);
  if (x.kind() == Kind::kDate || x.kind() == Kind::kDateTime) {
    result.column = Column::own(x.column.type(), [&] {
      const auto items = doubles(result);
      return std::vector<double>(items.data(), items.data() + items.size());
    }());
    result.time_zone = x.time_zone;
  }
  return result;
}

/// complete.cases(x, y, ...): rows in which nothing is missing.
Value complete(const FunctionCall& call) {
  std::vector<const Value*> operands;
  for (const auto& [name, value] : call.rest) operands.push_back(&value);
  if (operands.empty()) call.fail("needs at least one variable");
  const auto shape = call.shape(operands);
  std::vector<std::uint8_t> out(shape.size, 1);
  for (const auto* operand : operands)
    for (std::size_t i = 0; i < out.size(); ++i)
      out[i] &= !operand->column.is_missing(operand->size() == 1 ? 0 : i);
  return make_value(shape, Type::kLogical, std::move(out));
}

template <bool Mean>
Value over_columns(const FunctionCall& call) {  // ..., na.rm; of cbind() or data.frame()
  const bool remove = call.flag(1, false);
  std::vector<const Value*> operands;
  for (const auto& [name, value] : call.rest) {
    const auto kind = value.kind();
    if (kind != Kind::kLogical && kind != Kind::kInteger && kind != Kind::kDouble)
      call.fail("needs numbers, not " + std::string(kind_name(kind)));
    operands.push_back(&value);
  }
  if (operands.empty()) call.fail("needs cbind(x, y, ...)");
  const auto shape = call.shape(operands);
  std::vector<Items<double>> items;
  for (const auto* operand : operands) items.push_back(doubles(*operand));
  std::vector<double> out(shape.size);
  for (std::size_t i = 0; i < out.size(); ++i) {
    // R sums in extended precision, where there is one.
    long double sum = 0;
    std::size_t count = 0;
    for (const auto& each : items) {
      const double v = each.recycled(i);
      if (remove && v != v) continue;
      sum += v;
      ++count;
    }
    out[i] = Mean ? static_cast<double>(sum / static_cast<long double>(count))
                  : static_cast<double>(sum);
  }
  return make_value(shape, Type::kFloat64, std::move(out));
}

template <class T>
Value filled(const FunctionCall& call, Type type, T item) {
  const double n = call.number(0, 0);
  if (n != 1 && !call[0].row_shaped) call.fail("needs length(x) of a column, or 1");
  Shape shape;
  shape.row_shaped = call[0].row_shaped;
  return make_value(shape, type, std::vector<T>(static_cast<std::size_t>(n), item));
}

Value zeros(const FunctionCall& call) { return filled<double>(call, Type::kFloat64, 0); }
Value whole_zeros(const FunctionCall& call) { return filled<std::int32_t>(call, Type::kInt32, 0); }
Value falses(const FunctionCall& call) { return filled<std::uint8_t>(call, Type::kLogical, 0); }
Value empty_texts(const FunctionCall& call) {
  const auto like = falses(call);
  StringBuilder builder;
  for (std::size_t i = 0; i < like.size(); ++i) builder.append("");
  return make_strings(shape_of(like), std::move(builder));
}

template <class F>
Value paths(const FunctionCall& call, F&& f) {
  const auto& x = call[0];
  if (x.kind() != Kind::kString) call.fail("needs strings; as.character() makes them");
  StringBuilder builder;
  const Texts texts(x);
  for (std::size_t i = 0; i < x.size(); ++i) {
    const auto text = texts[i];
    text ? builder.append(f(*text)) : builder.append_missing();
  }
  return make_strings(shape_of(x), std::move(builder));
}

std::string_view without_slashes(std::string_view path) {
  while (!path.empty() && path.back() == '/') path.remove_suffix(1);
  return path;
}

Value base_name(const FunctionCall& call) {
  return paths(call, [](std::string_view path) {
    path = without_slashes(path);
    const auto at = path.rfind('/');
    return at == path.npos ? path : path.substr(at + 1);
  });
}

Value folder_name(const FunctionCall& call) {
  return paths(call, [](std::string_view path) -> std::string_view {
    path = without_slashes(path);
    const auto at = path.rfind('/');
    if (at == path.npos) return path.empty() ? "" : ".";
    const auto folder = without_slashes(path.substr(0, at));
    return folder.empty() ? "/" : folder;
  });
}

Value case_folded(const FunctionCall& call) {  // x, upper
  return paths(call, [&, upper = call.flag(1, false)](std::string_view text) {
    return upper ? to_upper(text) : to_lower(text);
  });
}

Value same(const FunctionCall& call) { return call[0]; }

template <double F(double)>
Value of_numbers(const FunctionCall& call) {
  const auto& x = call.numeric(0);
  return make_value(shape_of(x), Type::kFloat64, map1<double>(doubles(x), F));
}

// Exact at the multiples of a half that matter, as R's.
double sin_pi(double x) {
  if (!std::isfinite(x)) return std::numeric_limits<double>::quiet_NaN();
  x = std::fmod(x, 2.0);
  if (x <= -1) x += 2;
  if (x > 1) x -= 2;
  if (x == 0 || x == 1) return 0;
  if (x == 0.5) return 1;
  if (x == -0.5) return -1;
  return elementary::sin(3.141592653589793 * x);
}
double cos_pi(double x) {
  if (!std::isfinite(x)) return std::numeric_limits<double>::quiet_NaN();
  x = std::fmod(std::fabs(x), 2.0);
  if (std::fmod(x, 1.0) == 0.5) return 0;
  if (x == 1) return -1;
  if (x == 0) return 1;
  return elementary::cos(3.141592653589793 * x);
}
Value logistic(const FunctionCall& call) {  // 1 / (1 + exp(-x))
  const auto& x = call.numeric(0);
  auto items = map1<double>(doubles(x), [](double v) { return -v; });
  elementary::exp(items.data(), items.data(), items.size());
  for (auto& item : items) item = 1 / (1 + item);
  return make_value(shape_of(x), Type::kFloat64, std::move(items));
}
Value logit(const FunctionCall& call) {  // log(p / (1 - p))
  const auto& p = call.numeric(0);
  auto items = map1<double>(doubles(p), [](double v) {
    return v < 0 || v > 1 ? std::numeric_limits<double>::quiet_NaN() : v / (1 - v);
  });
  elementary::log(items.data(), items.data(), items.size());
  return make_value(shape_of(p), Type::kFloat64, std::move(items));
}

/// f of the standardised value, for pnorm, dnorm (x, mean, sd) and, the other way, qnorm.
template <class F>
Value normal(const FunctionCall& call, F&& f) {
  const auto& x = call.numeric(0);
  const auto mean = call.has(1) ? call.numeric(1) : constant_number(0),
             sd = call.has(2) ? call.numeric(2) : constant_number(1);
  const auto shape = call.shape({&x, &mean, &sd});
  const auto v = doubles(x), m = doubles(mean), s = doubles(sd);
  std::vector<double> out(shape.size);
  for (std::size_t i = 0; i < out.size(); ++i) {
    const double item = v.recycled(i), center = m.recycled(i), scale = s.recycled(i);
    const bool known = item == item && center == center && scale > 0;
    out[i] = known ? f(item, center, scale) : missing_value<double>();
  }
  return make_value(shape, Type::kFloat64, std::move(out));
}

Value normal_probability(const FunctionCall& call) {  // q, mean, sd, lower.tail
  const bool upper = !call.flag(3, true);
  return normal(call, [&](double x, double m, double s) { return pnorm((x - m) / s, upper); });
}
Value normal_quantile(const FunctionCall& call) {  // p, mean, sd, lower.tail
  const bool upper = !call.flag(3, true);
  return normal(call, [&](double p, double m, double s) {
    return p < 0 || p > 1 ? missing_value<double>() : m + s * qnorm(p, upper);
  });
}
Value normal_density(const FunctionCall& call) {  // x, mean, sd
  return normal(call, [](double x, double m, double s) {
    const double z = (x - m) / s;
    return 0.398942280401432677939946059934 * elementary::exp(-0.5 * z * z) / s;
  });
}

Value bit_not(const FunctionCall& call) {
  const auto x = as_integers(call.numeric(0));
  return make_value(shape_of(x), Type::kInt32, map1<std::int32_t>(integers(x), [](std::int32_t v) {
                      return is_missing_value(v) ? v : ~v;
                    }));
}

}  // namespace

void add_script_functions(FunctionTable& table) {
  table["replace"] = {{"x", "list", "values"}, replaced};
  table["complete.cases"] = {{"..."}, complete};
  table["rowSums"] = {{"...", "na.rm"}, over_columns<false>};
  table["rowMeans"] = {{"...", "na.rm"}, over_columns<true>};
  table["numeric"] = {{"length"}, zeros};
  table["double"] = {{"length"}, zeros};
  table["integer"] = {{"length"}, whole_zeros};
  table["logical"] = {{"length"}, falses};
  table["character"] = {{"length"}, empty_texts};
  table["basename"] = {{"path"}, base_name};
  table["dirname"] = {{"path"}, folder_name};
  table["casefold"] = {{"x", "upper"}, case_folded};
  for (const auto* name : {"suppressWarnings", "suppressMessages", "invisible", "force"})
    table[name] = {{"expr"}, same};
  table["sinpi"] = {{"x"}, of_numbers<sin_pi>};
  table["cospi"] = {{"x"}, of_numbers<cos_pi>};
  table["plogis"] = {{"q"}, logistic};
  table["qlogis"] = {{"p"}, logit};
  table["pnorm"] = {{"q", "mean", "sd", "lower.tail"}, normal_probability};
  table["qnorm"] = {{"p", "mean", "sd", "lower.tail"}, normal_quantile};
  table["dnorm"] = {{"x", "mean", "sd"}, normal_density};
  table["bitwNot"] = {{"a"}, bit_not};
}

}  // namespace insitu
