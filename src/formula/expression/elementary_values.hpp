#pragma once
// The elementary functions (math/elementary.hpp) over the items of values. Missing values stay as
// they are; arguments outside the domain give NaN.
#include <cstddef>
#include <vector>

#include "formula/expression/value.hpp"

namespace insitu {

/// The results of a function of one number, item by item.
template <void F(const double*, double*, std::size_t)>
std::vector<double> results_of(const Items<double>& x) {
  std::vector<double> out(x.size());
  F(x.data(), out.data(), out.size());
  return out;
}

/// The results of a function of two numbers for n items, shorter operands recycled.
template <void F(const double*, const double*, double*, std::size_t)>
std::vector<double> results_of(std::size_t n, const Items<double>& a, const Items<double>& b) {
  std::vector<double> repeated;
  const auto all_of = [&](const Items<double>& items, std::vector<double>& space) {
    if (items.size() == n) return items.data();
    space.resize(n);
    for (std::size_t i = 0; i < n; ++i) space[i] = items.recycled(i);
    return static_cast<const double*>(space.data());
  };
  std::vector<double> out(n);
  // The left operand is read before its place is written.
  const double* left = all_of(a, out);
  const double* right = all_of(b, repeated);
  F(left, right, out.data(), n);
  return out;
}

/// The function of a call whose first argument is numbers.
template <void F(const double*, double*, std::size_t)>
Value over_numbers(const FunctionCall& call) {
  const auto& x = call.numeric(0);
  return make_value(shape_of(x), Type::kFloat64, results_of<F>(doubles(x)));
}

}  // namespace insitu
