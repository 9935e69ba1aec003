#include "formula/expression/whole_numbers.hpp"

#include <algorithm>

namespace insitu {

namespace {

using Wide = std::int64_t;
constexpr Wide kMissing = missing_value<Wide>();

Wide floor_quotient(Wide a, Wide b) { return a / b - (a % b != 0 && (a < 0) != (b < 0)); }

}  // namespace

bool holds_whole_numbers(const Value& value) {
  const auto kind = value.kind();
  if (is_wide(value) || kind == Kind::kLogical || kind == Kind::kInteger) return true;
  if (kind != Kind::kDouble || value.per_row || value.difference_unit != 0) return false;
  const auto items = doubles(value);
  return std::all_of(items.data(), items.data() + items.size(),
                     [](double x) { return x != x || whole_of(x); });
}

Items<Wide> whole_numbers(const Value& value) {
  if (is_wide(value)) return value.column.values<Wide>();
  if (value.kind() == Kind::kDouble)
    return map1<Wide>(doubles(value), [](double x) { return whole_of(x).value_or(kMissing); });
  return map1<Wide>(integers(value), [](std::int32_t x) {
    return is_missing_value(x) ? kMissing : static_cast<Wide>(x);
  });
}

Value wide_arithmetic(const FunctionCall& call, const Shape& shape, char op, const Value& left,
                      const Value& right) {
  const auto a = whole_numbers(left), b = whole_numbers(right);
  const auto run = [&](auto f) {
    bool beyond = false;
    auto result = make_value(shape, Type::kInt64, map2<Wide>(shape.size, a, b, [&](Wide x, Wide y) {
                               if (x == kMissing || y == kMissing) return kMissing;
                               Wide out = kMissing;
                               // The missing value's own code is beyond the range, too.
                               beyond |=
                                   f(x, y, out) || (out == kMissing && op != '%' && op != 'd');
                               return out;
                             }));
    if (beyond)
      call.fail(
          "the result leaves the range of 64-bit whole numbers; as.numeric() of an operand "
          "computes with floating-point numbers");
    return result;
  };
  switch (op) {
    case '+':
      return run([](Wide x, Wide y, Wide& out) { return __builtin_add_overflow(x, y, &out); });
    case '-':
      return run([](Wide x, Wide y, Wide& out) { return __builtin_sub_overflow(x, y, &out); });
    case '*':
      return run([](Wide x, Wide y, Wide& out) { return __builtin_mul_overflow(x, y, &out); });
    case '%':
      return run([](Wide x, Wide y, Wide& out) {
        if (y != 0) out = y == -1 ? 0 : x - floor_quotient(x, y) * y;
        return false;
      });
    default:
      return run([](Wide x, Wide y, Wide& out) {
        if (y != 0) out = y == -1 ? -x : floor_quotient(x, y);
        return false;
      });
  }
}

Value wide_negative(const Value& value) {
  return make_value(shape_of(value), Type::kInt64, map1<Wide>(whole_numbers(value), [](Wide x) {
                      return x == kMissing ? x : -x;
                    }));
}

}  // namespace insitu
