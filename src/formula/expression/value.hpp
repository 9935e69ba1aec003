#pragma once
// Values inside the evaluator: a column that is either per row of the chunk or a constant vector of
// any length, and what functions of the portable subset need to read their arguments and build
// results. Private to src/formula.
#include <algorithm>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "data/chunk.hpp"
#include "formula/expression/evaluate.hpp"

namespace insitu {

/// R's view of a column type: small integers are integers, float32 and int64 are numbers.
enum class Kind { kLogical, kInteger, kDouble, kString, kFactor, kOrdered, kDate, kDateTime };

constexpr Kind kind_of(Type type) {
  switch (type) {
    case Type::kLogical:
      return Kind::kLogical;
    case Type::kInt16:
    case Type::kUInt16:
    case Type::kInt32:
      return Kind::kInteger;
    case Type::kInt64:
    case Type::kFloat32:
    case Type::kFloat64:
      return Kind::kDouble;
    case Type::kString:
      return Kind::kString;
    case Type::kFactor:
      return Kind::kFactor;
    case Type::kOrdered:
      return Kind::kOrdered;
    case Type::kDate:
      return Kind::kDate;
    case Type::kDateTime:
      return Kind::kDateTime;
  }
  return Kind::kDouble;
}

/// The unit of t2 - t1, which in R depends on the data: as.numeric(t2 - t1, units = "mins") says
/// it. The values are in seconds.
inline constexpr double kOpenUnit = -1;

/// "a factor", "numbers", ... for messages.
std::string_view kind_name(Kind);

struct Value {
  Column column;
  bool per_row = false;  ///< one item per row of the chunk; else a constant vector
  bool row_shaped =
      false;  ///< a constant vector whose length came from .rxNumRows: it may stand for rows
  bool levels_fixed = true;  ///< of a factor: the levels are the same in every chunk
  bool null = false;         ///< NULL
  std::shared_ptr<const std::vector<std::string>> names;  ///< of c(a = 1, b = 2)
  std::string time_zone;                                  ///< of a datetime; empty: UTC
  /// Of a difference of times: seconds per unit; kOpenUnit while the unit is not said. 0: a number.
  double difference_unit = 0;

  std::size_t size() const { return column.size(); }
  Kind kind() const { return kind_of(column.type()); }
  bool is_factor() const { return insitu::is_factor(column.type()); }
  bool scalar() const { return !per_row && size() == 1; }
};

/// Items of a value as T, read in place where the layout allows it. A scalar is not expanded.
template <class T>
class Items {
 public:
  Items(std::span<const T> values) : data_(values.data()), size_(values.size()) {}
  Items(std::vector<T> values)
      : owned_(std::make_shared<const std::vector<T>>(std::move(values))),
        data_(owned_->data()),
        size_(owned_->size()) {}
  const T* data() const { return data_; }
  std::size_t size() const { return size_; }
  T operator[](std::size_t i) const { return data_[size_ == 1 ? 0 : i]; }
  /// Item of a vector that is recycled to any length.
  T recycled(std::size_t i) const { return data_[i % size_]; }

 private:
  std::shared_ptr<const std::vector<T>> owned_;
  const T* data_;
  std::size_t size_;
};

/// Numbers (logicals 0 and 1; factors their codes from 1). Missing: NaN. REQUIRES: not a string.
Items<double> doubles(const Value&);
/// REQUIRES: kind logical or integer, or a factor (codes from 1). Missing: INT_MIN.
Items<std::int32_t> integers(const Value&);
/// Truth: 0, 1, 0xff. REQUIRES: not a string.
Items<std::uint8_t> logicals(const Value&);

/// Texts of a value: as.character, item by item. Missing: no value.
class Texts {
 public:
  explicit Texts(const Value&);
  std::size_t size() const { return size_; }
  std::optional<std::string_view> operator[](std::size_t i) const&;
  std::optional<std::string_view> operator[](std::size_t i) && = delete;  // the text would be gone

 private:
  std::size_t size_ = 0;
  Column strings_;       // of a string value or a converted one
  const Levels levels_;  // of a factor
  std::span<const std::int32_t> codes_;
  Column holder_;
};

/// As R's as.numeric of a string; NaN when it is no number.
double number_from_text(std::string_view text);

/// What a running evaluation knows; passed to every function.
struct Environment {
  const Chunk& chunk;
  const EvaluationScope& scope;
  std::string_view what;
  void warn(const std::string& message) const {
    if (scope.warn) scope.warn(std::string(what) + ": " + message);
  }
};

/// The length of a result of these operands and whether it is per row.
struct Shape {
  std::size_t size = 0;
  bool per_row = false;
  bool row_shaped = false;
};

/// One call of a function with its arguments matched to its parameters.
class FunctionCall {
 public:
  FunctionCall(const Environment& env, std::string function)
      : environment(env), name(std::move(function)) {}

  const Environment& environment;
  std::string name;
  std::span<const std::string> parameters;          ///< of the function
  std::vector<std::optional<Value>> values;         ///< one per parameter
  std::vector<std::pair<std::string, Value>> rest;  ///< those of "..."
  const Expression* expression = nullptr;

  /// Whether it is an operator.
  bool infix() const;
  /// Throws InvalidArgument "<what>: <function>(): <message>".
  [[noreturn]] void fail(const std::string& message) const;
  /// For functions of all rows: says why not, and the way out.
  [[noreturn]] void fail_other_rows() const;
  /// For differences of times whose unit is not said.
  [[noreturn]] void fail_open_unit() const;

  bool has(std::size_t i) const { return values[i] && !values[i]->null; }
  const Value& operator[](
      std::size_t i) const;  ///< Fails with the parameter's name when it is not given.
  bool flag(std::size_t i, bool otherwise) const;
  double number(std::size_t i, double otherwise) const;  ///< a constant scalar
  std::string text(std::size_t i, const std::string& otherwise) const;
  /// Fails unless the argument is a constant.
  const Value& constant(std::size_t i) const;
  /// Numbers only: fails for strings, factors, and (unless allowed) dates.
  const Value& numeric(std::size_t i, bool dates = false) const;

  Shape shape(std::initializer_list<const Value*> operands) const;
  Shape shape(std::span<const Value* const> operands) const;
};

/// Builds a value of that shape.
template <class T>
Value make_value(const Shape& shape, Type type, std::vector<T> items, Levels levels = nullptr) {
  Value value;
  value.column = Column::own(type, std::move(items), std::move(levels));
  value.per_row = shape.per_row;
  value.row_shaped = shape.row_shaped;
  return value;
}
Value make_strings(const Shape& shape, StringBuilder&& builder);
Value constant_number(double);
Value constant_integer(std::int32_t);
Value constant_logical(bool);
Value constant_text(std::string_view);
Value null_value();
/// The same items with another shape's flags.
Shape shape_of(const Value&);

/// out[i] = f(a[i], b[i]) in tight loops: scalars stay in registers; shorter constants are
/// recycled.
template <class Out, class A, class B, class F>
std::vector<Out> map2(std::size_t n, const Items<A>& a, const Items<B>& b, F&& f) {
  std::vector<Out> out(n);
  const A* x = a.data();
  const B* y = b.data();
  Out* o = out.data();
  if (a.size() == n && b.size() == n) {
    for (std::size_t i = 0; i < n; ++i) o[i] = f(x[i], y[i]);
  } else if (a.size() == n && b.size() == 1) {
    const B right = y[0];
    for (std::size_t i = 0; i < n; ++i) o[i] = f(x[i], right);
  } else if (a.size() == 1 && b.size() == n) {
    const A left = x[0];
    for (std::size_t i = 0; i < n; ++i) o[i] = f(left, y[i]);
  } else {
    for (std::size_t i = 0; i < n; ++i) o[i] = f(a.recycled(i), b.recycled(i));
  }
  return out;
}

template <class Out, class A, class F>
std::vector<Out> map1(const Items<A>& a, F&& f) {
  std::vector<Out> out(a.size());
  const A* x = a.data();
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = f(x[i]);
  return out;
}

/// A function of the subset: its parameters in R's order ("x, digits = , ..."), and what it does.
struct Function {
  std::vector<std::string> parameters;
  Value (*run)(const FunctionCall&);
  bool open_units = false;  ///< takes a difference of times whose unit is not said
  /// Of numbers: a row's value comes from that row alone, and its type from the types alone.
  bool by_row = false;
};
using FunctionTable = std::unordered_map<std::string, Function>;

void add_operators(FunctionTable&);
void add_math_functions(FunctionTable&);
void add_vector_functions(FunctionTable&);
void add_conversions(FunctionTable&);
void add_string_functions(FunctionTable&);
void add_pattern_functions(FunctionTable&);
void add_date_functions(FunctionTable&);
void add_factor_functions(FunctionTable&);
void add_script_functions(FunctionTable&);

/// All functions by name. Immutable.
const FunctionTable& functions();

/// Conversions that other subjects use.
Value as_strings(const Value&);
Value as_doubles(const Value&);
Value as_integers(const Value&);
Value as_logicals(const Value&);
/// A string value or factor read as dates or times by the default formats.
Value dates_from_text(const Value&);
Value times_from_text(const Value&);
/// x[i], with 1-based numbers, codes of a factor, names, or (for constants) logicals.
Value index_value(const FunctionCall&, const Value& base, const Value& index, bool single);
/// Values joined as c() does.
Value combine(const FunctionCall&, std::span<const Value* const> parts);
/// A difference of times in another unit (seconds per unit). REQUIRES: difference_unit != 0.
Value in_unit(const Value& difference, double unit);
/// Seconds of "secs", "mins", "hours", "days", "weeks" or the beginning of one. Fails for others.
double seconds_per_unit(const FunctionCall&, const std::string& name);
/// Component of a broken-down time: as.POSIXlt(x)$year.
Value time_component(const FunctionCall&, const Value& time, std::string_view component);

}  // namespace insitu
