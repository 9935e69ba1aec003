#include "methods/result_numbers.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "methods/keys.hpp"

namespace insitu {
namespace {

using Kind = ResultNumbers::Kind;

/// A result with labelled numbers; a level more in every third one, nothing in every fifth one.
void add(ResultNumbers& numbers, int group) {
  numbers.next();
  if (group % 5 == 4) return;
  std::vector<std::string> labels{"a", "b"};
  std::vector<double> values{group + 0.25, group + 0.5};
  if (group % 3 == 2) {
    labels.insert(labels.begin(), "c");
    values.insert(values.begin(), -1.0 * group);
  }
  numbers.texts("names", labels);
  numbers.numbers("values", values, {"names", "", false});
  numbers.number("n", group, Kind::kWhole);
  numbers.number("odd", group % 2, Kind::kFlag);
  numbers.enter("test");
  numbers.number("p", 1.0 / (group + 1));
  numbers.leave();
  ResultTable table;
  table.add_factor("f", {"u", "v"}, {0, 1});
  table.add_numbers("Counts", {1.0, 2.0 * group});
  numbers.table("cells", table);
}

std::vector<std::string> names_of(const std::vector<std::pair<Field, Column>>& columns) {
  std::vector<std::string> names;
  for (const auto& [field, column] : columns) names.push_back(field.name);
  return names;
}

TEST(ResultNumbers, StandUnderTheirLabels) {
  ResultNumbers numbers;
  for (int group = 0; group < 10; ++group) add(numbers, group);
  const auto columns = numbers.take_columns();
  EXPECT_EQ(names_of(columns),
            (std::vector<std::string>{"values.a", "values.b", "values.c", "n", "odd", "test.p",
                                      "cells.u.Counts", "cells.v.Counts"}));
  const auto at = [&](std::size_t column, std::size_t row) {
    return columns[column].second.values<double>()[row];
  };
  EXPECT_EQ(at(0, 2), 2.25);
  EXPECT_EQ(at(2, 2), -2);
  EXPECT_TRUE(std::isnan(at(2, 3)));  // has no such level
  EXPECT_TRUE(std::isnan(at(0, 4)));  // failed
  EXPECT_EQ(at(7, 8), 16);
  EXPECT_EQ(columns[4].first.type, Type::kLogical);
  EXPECT_EQ(columns[4].second.values<std::uint8_t>()[3], 1);
}

TEST(ResultNumbers, DoNotDependOnHowTheyWereAppended) {
  ResultNumbers whole;
  for (int group = 0; group < 12; ++group) add(whole, group);
  const auto expected = whole.take_columns();
  for (const int size : {1, 2, 5}) {
    ResultNumbers parts;
    for (int begin = 0; begin < 12; begin += size) {
      ResultNumbers part;
      for (int group = begin; group < std::min(12, begin + size); ++group) add(part, group);
      parts.append(std::move(part));
    }
    EXPECT_EQ(parts.size(), 12u);
    const auto found = parts.take_columns();
    ASSERT_EQ(names_of(found), names_of(expected));
    for (std::size_t c = 0; c < found.size(); ++c) {
      if (found[c].first.type != Type::kFloat64) continue;
      const auto ours = found[c].second.values<double>();
      const auto theirs = expected[c].second.values<double>();
      for (std::size_t row = 0; row < ours.size(); ++row)
        EXPECT_TRUE(ours[row] == theirs[row] || (std::isnan(ours[row]) && std::isnan(theirs[row])));
    }
  }
}

TEST(ResultNumbers, OneValueAloneHasNoLabel) {
  ResultNumbers numbers;
  numbers.next();
  const std::vector<std::string> responses{"y"}, names{"x", "z"};
  numbers.texts("y.names", responses);
  numbers.texts("names", names);
  numbers.numbers("sigma", {2.0}, {"y.names", "", true});
  numbers.numbers("coefficients", {1.0, 3.0}, {"names", "y.names", true});
  numbers.numbers("covariance", {1.0, 2.0, 3.0, 4.0}, {"names", "names", false});
  EXPECT_EQ(names_of(numbers.take_columns()),
            (std::vector<std::string>{"sigma", "coefficients.x", "coefficients.z", "covariance.x.x",
                                      "covariance.z.x", "covariance.x.z", "covariance.z.z"}));
}

TEST(ResultNumbers, AnEmptyLevelIsNoNumberOfARow) {
  ResultNumbers numbers;
  numbers.next();
  ResultTable cells;
  cells.add_factor("f", {"", "1"}, {1, 0});
  cells.add_numbers("Counts", {10, 20});
  numbers.table("cells", cells);
  ResultTable crossed;
  crossed.add_factor("f", {"", "b"}, {0, 1, 0});
  crossed.add_factor("g", {"", "b"}, {1, 0, 0});
  crossed.add_numbers("Counts", {1, 2, 3});
  numbers.table("crossed", crossed);
  const auto columns = numbers.take_columns();
  EXPECT_EQ(names_of(columns),
            (std::vector<std::string>{"cells.1.Counts", "cells..Counts", "crossed..b.Counts",
                                      "crossed.b..Counts", "crossed...Counts"}));
  EXPECT_EQ(columns[1].second.values<double>()[0], 20);
}

TEST(ResultNumbers, LosesNothingWhereJoinedNamesAreTheSame) {
  const auto add_row = [](ResultNumbers& numbers, double value, bool twice) {
    numbers.next();
    const std::vector<std::string> names{"a", "b.a", "a.b"};
    numbers.texts("names", names);
    if (twice) numbers.numbers("cov", {1, 2, 3, 4, 5, 6, 7, 8, value}, {"names", "names", false});
    numbers.number("cov.a.b.a", value);
    numbers.enter("cov.a.b");
    numbers.number("a", 2 * value);
    numbers.leave();
  };
  ResultNumbers whole, parts;
  for (const int row : {0, 1, 2}) {
    add_row(whole, row, row != 1);
    ResultNumbers part;
    add_row(part, row, row != 1);
    parts.append(std::move(part));
  }
  const auto columns = whole.take_columns();
  const auto names = names_of(columns);
  EXPECT_EQ(names_of(parts.take_columns()), names);
  const auto at = [&](const std::string& name, std::size_t row) {
    const auto found = std::ranges::find(names, name);
    return found == names.end() ? -1.0
                                : columns[static_cast<std::size_t>(found - names.begin())]
                                      .second.values<double>()[row];
  };
  EXPECT_EQ(columns.size(), 11u);
  EXPECT_EQ(at("cov.a.b.a", 2), 3);    // of a.b and a
  EXPECT_EQ(at("cov.a.b.a.2", 2), 4);  // of a and b.a
  EXPECT_EQ(at("cov.a.b.a.3", 2), 2);
  EXPECT_EQ(at("cov.a.b.a.4", 2), 4);
  EXPECT_EQ(at("cov.a.b.a", 1), 1);
  EXPECT_EQ(at("cov.a.b.a.2", 1), 2);
}

}  // namespace
}  // namespace insitu
