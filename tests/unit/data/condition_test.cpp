// What statistics rule out, against the values that they are of.
#include "data/condition.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace insitu {
namespace {

using Is = Condition::Is;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

bool holds(const Condition& condition, double value) {
  const bool missing = value != value;
  if (condition.is == Is::kMissing) return missing;
  if (missing) return false;
  if (condition.is == Is::kPresent) return true;
  return std::ranges::any_of(condition.numbers, [&](double number) {
    switch (condition.is) {
      case Is::kLess:
        return value < number;
      case Is::kAtMost:
        return value <= number;
      case Is::kOther:
        return value != number;
      case Is::kAtLeast:
        return value >= number;
      case Is::kGreater:
        return value > number;
      default:
        return value == number;
    }
  });
}

constexpr Is kAll[] = {Is::kLess,    Is::kAtMost, Is::kEqual,   Is::kOther,  Is::kAtLeast,
                       Is::kGreater, Is::kAnyOf,  Is::kMissing, Is::kPresent};

TEST(Conditions, NothingThatHoldsIsRuledOut) {
  const std::vector<double> values = {-kInfinity, -1, -0.0, 0.0, 1, kInfinity, kNaN};
  const std::vector<double> constants = {-kInfinity, -2, -1, -0.5,      -0.0,
                                         0.0,        1,  2,  kInfinity, kNaN};
  int ruled_out = 0;
  for (const double a : values)
    for (const double b : values)
      for (const double c : values) {
        std::vector<double> present;
        for (const double value : {a, b, c})
          if (value == value) present.push_back(value);
        ColumnStatistics known{.rows = 3};
        if (!present.empty())
          known.range = {*std::ranges::min_element(present), *std::ranges::max_element(present)};
        for (const bool counted : {false, true})
          for (const bool marked : {false, true}) {
            // Missing values are marked, or are NaN among the others.
            known.nulls_are_all = marked;
            known.nulls = std::nullopt;
            if (counted) known.nulls = marked ? 3 - static_cast<std::int64_t>(present.size()) : 0;
            for (const auto is : kAll)
              for (const double number : constants) {
                Condition condition{"x", is, {number}};
                if (is == Is::kMissing || is == Is::kPresent) condition.numbers.clear();
                if (is == Is::kAnyOf) condition.numbers = {number, 0.5};
                const bool any = holds(condition, a) || holds(condition, b) || holds(condition, c);
                const bool may = may_hold(condition, known);
                EXPECT_TRUE(may || !any)
                    << a << ' ' << b << ' ' << c << " is " << static_cast<int>(is) << ' ' << number;
                ruled_out += !may;
              }
          }
      }
  EXPECT_GT(ruled_out, 1000);
}

TEST(Conditions, WhatIsNotKnownRulesNothingOut) {
  for (const auto is : kAll) {
    const Condition condition{"x", is, {5}};
    EXPECT_TRUE(may_hold(condition, {.rows = 10}));
    EXPECT_TRUE(may_hold(condition, {.rows = 10, .nulls = 3, .range = std::pair(kNaN, 1.0)}));
    EXPECT_TRUE(may_hold(condition, {.rows = 10, .nulls = 3, .range = std::pair(9.0, 1.0)}));
  }
  EXPECT_FALSE(may_hold({"x", Is::kAnyOf, {}}, {.rows = 10, .range = std::pair(1.0, 9.0)}));
  EXPECT_FALSE(may_hold({"x", Is::kPresent, {}}, {.rows = 10, .nulls = 10}));
  EXPECT_FALSE(may_hold({"x", Is::kMissing, {}}, {.rows = 10, .nulls = 0, .nulls_are_all = true}));
}

}  // namespace
}  // namespace insitu
