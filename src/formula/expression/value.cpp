#include "formula/expression/value.hpp"

#include <charconv>
#include <cmath>
#include <limits>

#include "base/named.hpp"
#include "base/number_text.hpp"
#include "formula/expression/calendar.hpp"

namespace insitu {

std::string_view kind_name(Kind kind) {
  switch (kind) {
    case Kind::kLogical:
      return "logicals";
    case Kind::kInteger:
      return "integers";
    case Kind::kDouble:
      return "numbers";
    case Kind::kString:
      return "strings";
    case Kind::kFactor:
      return "a factor";
    case Kind::kOrdered:
      return "an ordered factor";
    case Kind::kDate:
      return "dates";
    case Kind::kDateTime:
      return "times";
  }
  return "values";
}

Items<double> doubles(const Value& value) {
  const auto& column = value.column;
  switch (column.type()) {
    case Type::kFloat64:
    case Type::kDate:
    case Type::kDateTime:
      return column.values<double>();
    default:
      break;
  }
  std::vector<double> numbers(column.size());
  column.numbers(numbers.data());
  if (value.is_factor())
    for (auto& number : numbers) number += 1;
  return numbers;
}

Items<std::int32_t> integers(const Value& value) {
  const auto& column = value.column;
  if (column.type() == Type::kInt32) return column.values<std::int32_t>();
  if (value.is_factor())
    return map1<std::int32_t>(
        Items<std::int32_t>(column.values<std::int32_t>()),
        [](std::int32_t code) { return code < 0 ? missing_value<std::int32_t>() : code + 1; });
  return dispatch(column.type(), [&]<class T>(T*) -> Items<std::int32_t> {
    return map1<std::int32_t>(Items<T>(column.values<T>()), [](T item) {
      return is_missing_value(item) ? missing_value<std::int32_t>()
                                    : static_cast<std::int32_t>(item);
    });
  });
}

Items<std::uint8_t> logicals(const Value& value) {
  const auto& column = value.column;
  if (column.type() == Type::kLogical) return column.values<std::uint8_t>();
  return map1<std::uint8_t>(doubles(value),
                            [](double x) -> std::uint8_t { return x != x ? 0xff : x != 0; });
}

Texts::Texts(const Value& value)
    : size_(value.size()),
      levels_(value.is_factor() ? value.column.levels() : nullptr),
      holder_(value.column) {
  if (value.is_factor()) {
    codes_ = holder_.values<std::int32_t>();
  } else {
    strings_ = as_strings(value).column;
  }
}

std::optional<std::string_view> Texts::operator[](std::size_t i) const& {
  if (size_ == 1) i = 0;
  if (levels_) {
    if (codes_[i] < 0) return std::nullopt;
    return (*levels_)[static_cast<std::size_t>(codes_[i])];
  }
  if (!strings_.string_valid(i)) return std::nullopt;
  return strings_.string_at(i);
}

double number_from_text(std::string_view text) {
  const auto is_space = [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  double sign = 1;
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
    if (text[0] == '-') sign = -1;
    text.remove_prefix(1);
  }
  if (text.empty()) return kNone;
  const auto equals = [&](std::string_view word) {
    return text.size() == word.size() &&
           std::equal(text.begin(), text.end(), word.begin(),
                      [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a + 32 : a) == b; });
  };
  if (equals("inf") || equals("infinity")) return sign * std::numeric_limits<double>::infinity();
  const char c = text[0];
  if (!((c >= '0' && c <= '9') || c == '.')) return kNone;
  double number = 0;
  const auto* end = text.data() + text.size();
  std::from_chars_result result{};
  if (text.size() > 2 && c == '0' && (text[1] == 'x' || text[1] == 'X')) {
    result = std::from_chars(text.data() + 2, end, number, std::chars_format::hex);
  } else {
    result = std::from_chars(text.data(), end, number);
    if (result.ec == std::errc::result_out_of_range) {
      const auto e = text.find_first_of("eE");
      const bool small = e == text.npos ? text[0] == '0' || text[0] == '.'
                                        : e + 1 < text.size() && text[e + 1] == '-';
      number = small ? 0 : std::numeric_limits<double>::infinity();
      result.ec = {};
    }
    // R reads an exponent mark without digits as an exponent of zero.
    if (result.ptr == end - 1 && (*result.ptr == 'e' || *result.ptr == 'E')) ++result.ptr;
  }
  return result.ec == std::errc{} && result.ptr == end ? sign * number : kNone;
}

bool FunctionCall::infix() const {
  return name.empty() || !((name[0] >= 'a' && name[0] <= 'z') ||
                           (name[0] >= 'A' && name[0] <= 'Z') || name[0] == '.');
}

void FunctionCall::fail(const std::string& message) const {
  throw InvalidArgument(std::string(environment.what) + ": " +
                        (infix() ? "'" + name + "'" : name + "()") + ": " + message);
}

void FunctionCall::fail_other_rows() const {
  fail(
      "depends on other rows, and an expression sees only a part of the rows at a time; compute "
      "the number before "
      "(`rxSummary`, `rxQuantile`) and pass it in `transformObjects`, or use `transformFunc`"_named);
}

void FunctionCall::fail_open_unit() const {
  fail(
      "the unit of a difference of times depends on the data in R; write as.numeric(t2 - t1, units "
      "= \"secs\") or difftime(t2, t1, units = \"secs\") (mins, hours, days, weeks)");
}

const Value& FunctionCall::operator[](std::size_t i) const {
  if (!values[i]) fail("argument is missing: " + parameters[i]);
  if (values[i]->null)
    fail(infix() ? "NULL has no value to compute with; is.na(x) is true where x is missing"
                 : "argument is NULL: " + parameters[i]);
  return *values[i];
}

const Value& FunctionCall::constant(std::size_t i) const {
  const auto& value = (*this)[i];
  if (value.per_row) fail("argument must be a constant: " + parameters[i]);
  return value;
}

bool FunctionCall::flag(std::size_t i, bool otherwise) const {
  if (!has(i)) return otherwise;
  const auto& value = constant(i);
  if (value.size() != 1 || value.kind() == Kind::kString || value.is_factor() ||
      value.column.is_missing(0))
    fail("argument must be TRUE or FALSE: " + parameters[i]);
  return value.column.number_at(0) != 0;
}

double FunctionCall::number(std::size_t i, double otherwise) const {
  if (!has(i)) return otherwise;
  const auto& value = constant(i);
  if (value.size() != 1 || value.kind() == Kind::kString || value.is_factor() ||
      value.column.is_missing(0))
    fail("argument must be one number: " + parameters[i]);
  return value.column.number_at(0);
}

std::string FunctionCall::text(std::size_t i, const std::string& otherwise) const {
  if (!has(i)) return otherwise;
  const auto& value = constant(i);
  if (value.size() != 1 || value.kind() != Kind::kString || value.column.is_missing(0))
    fail("argument must be one string: " + parameters[i]);
  return std::string(value.column.string_at(0));
}

const Value& FunctionCall::numeric(std::size_t i, bool dates) const {
  const auto& value = (*this)[i];
  const auto kind = value.kind();
  const bool fits = kind == Kind::kLogical || kind == Kind::kInteger || kind == Kind::kDouble ||
                    (dates && (kind == Kind::kDate || kind == Kind::kDateTime));
  if (!fits) {
    const char* way_out =
        kind == Kind::kString ? "; as.numeric() reads numbers from strings"
        : value.is_factor()
            ? "; as.integer() gives its codes, as.numeric(as.character(f)) its labels as numbers"
            : "; as.numeric() gives the number";
    fail("needs numbers, not " + std::string(kind_name(kind)) + way_out);
  }
  return value;
}

Shape FunctionCall::shape(std::initializer_list<const Value*> operands) const {
  return shape(std::span(operands.begin(), operands.size()));
}

Shape FunctionCall::shape(std::span<const Value* const> operands) const {
  Shape shape;
  bool empty = false;
  for (const auto* operand : operands) {
    shape.per_row |= operand->per_row;
    shape.row_shaped |= operand->row_shaped;
    shape.size = std::max(shape.size, operand->size());
    empty |= operand->size() == 0 && !operand->per_row;
  }
  if (!shape.per_row) {
    if (empty) shape.size = 0;
    return shape;
  }
  shape.row_shaped = false;
  shape.size = environment.chunk.rows;
  for (const auto* operand : operands) {
    if (operand->per_row || operand->size() == 1 ||
        (operand->row_shaped && operand->size() == shape.size))
      continue;
    fail("a vector of " + std::to_string(operand->size()) +
         " values does not fit the rows; use one value, or an index such as lookup[column]");
  }
  return shape;
}

Value make_strings(const Shape& shape, StringBuilder&& builder) {
  Value value;
  value.column = builder.finish();
  value.per_row = shape.per_row;
  value.row_shaped = shape.row_shaped;
  return value;
}

Value constant_number(double number) {
  return make_value(Shape{}, Type::kFloat64, std::vector<double>{number});
}
Value constant_integer(std::int32_t number) {
  return make_value(Shape{}, Type::kInt32, std::vector<std::int32_t>{number});
}
Value constant_logical(bool truth) {
  return make_value(Shape{}, Type::kLogical, std::vector<std::uint8_t>{truth});
}

Value constant_text(std::string_view text) {
  StringBuilder builder;
  builder.append(text);
  return make_strings({}, std::move(builder));
}

Value null_value() {
  Value value = make_value(Shape{}, Type::kLogical, std::vector<std::uint8_t>{});
  value.null = true;
  return value;
}

Shape shape_of(const Value& value) { return {value.size(), value.per_row, value.row_shaped}; }

}  // namespace insitu
