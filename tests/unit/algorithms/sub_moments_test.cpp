// The moments of some terms, taken from those of all, are what a pass over the rows sums for
// the smaller model, bit by bit: terms in another order, tables of pairs turned around, dense and
// sparse.
#include "algorithms/sub_moments.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "unit/algorithms/coded_rows.hpp"

namespace insitu {
namespace {

using testing_models::code_rows;
using testing_models::make_frame;
using testing_models::Table;

Table random_table(std::size_t rows) {
  std::mt19937_64 random(11);
  std::normal_distribution<double> normal(3, 2);
  Table table;
  for (const char* name : {"y", "x", "z", "w"}) {
    auto& column = table[name];
    for (std::size_t i = 0; i < rows; ++i) column.values.push_back(std::abs(normal(random)));
  }
  const auto factor = [&](const char* name, std::size_t levels) {
    auto& column = table[name];
    for (std::size_t i = 0; i < levels; ++i) column.levels.push_back(std::to_string(i));
    for (std::size_t i = 0; i < rows; ++i)
      column.values.push_back(static_cast<double>(random() % levels));
  };
  factor("f", 3);
  factor("g", 4);
  factor("many", 700);
  factor("more", 500);  // 700 x 500 cells: a sparse table
  return table;
}

template <class Real>
void expect_parts_of(const Table& table, std::size_t rows, const std::string& weights) {
  const std::vector<std::vector<std::string>> all = {
      {"x"}, {"f"},      {"many"},   {"g"},      {"more"},
      {"z"}, {"f", "g"}, {"f", "x"}, {"x", "z"}, {"many", "x"}};
  const auto frame = make_frame(table, {"y"}, all, true, weights);
  const MomentShape shape(frame);
  const std::vector<std::vector<std::size_t>> parts = {{},
                                                       {0},
                                                       {5, 0},
                                                       {1},
                                                       {3, 1},
                                                       {4, 2},
                                                       {9, 4, 2},
                                                       {7, 1, 6, 0},
                                                       {8, 6, 3, 1, 5},
                                                       {9, 8, 7, 6, 5, 4, 3, 2, 1, 0}};
  for (const auto& part : parts) {
    std::vector<std::vector<std::string>> names;
    for (const auto t : part) names.push_back(all[t]);
    const auto small = make_frame(table, {"y"}, names, true, weights);
    EXPECT_TRUE(save(frame_of_terms(frame, part, small.formula)) == save(small));
    const MomentShape to(small);
    ModelMoments<Real> whole, alone;
    for (std::size_t begin = 0; begin < rows; begin += 400) {
      ModelMoments<Real> next_whole, next_alone;
      next_whole.add(shape, code_rows(frame, table, begin, begin + 400));
      next_alone.add(to, code_rows(small, table, begin, begin + 400));
      whole.merge(next_whole);
      alone.merge(next_alone);
    }
    auto taken = moments_of_terms(shape, whole, to, part);
    taken.check(to, !weights.empty());
    // A weighted product of two columns depends on which comes first, in its last bit.
    ASSERT_EQ(taken.products.size(), alone.products.size());
    for (std::size_t i = 0; i < taken.products.size(); ++i)
      EXPECT_NEAR(to_double(taken.products[i] / alone.products[i]), 1, weights.empty() ? 0 : 1e-13);
    taken.products = alone.products;
    EXPECT_TRUE(save(taken) == save(alone)) << part.size() << " terms";
  }
}

TEST(SubMoments, AreThoseOfAPassForTheSmallerModel) {
  const auto table = random_table(1200);
  expect_parts_of<double>(table, 1200, "");
  expect_parts_of<double>(table, 1200, "w");
  expect_parts_of<DoubleDouble>(table, 1200, "w");
}

TEST(SubMoments, OfNoRowsAreEmpty) {
  const auto table = random_table(1);
  const auto frame = make_frame(table, {"y"}, {{"x"}, {"f"}});
  const auto small = make_frame(table, {"y"}, {{"f"}});
  const ModelMoments<double> none;
  EXPECT_FALSE(moments_of_terms(MomentShape(frame), none, MomentShape(small), {1}).seen());
}

}  // namespace
}  // namespace insitu
