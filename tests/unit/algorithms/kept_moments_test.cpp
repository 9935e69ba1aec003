// Kept moments: runs of splits, wherever they are cut, add up to one pass to the bit; sums are
// associative; what is not of the model is refused.
#include "algorithms/kept_moments.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "analysis/merge_tree.hpp"
#include "analysis/pass.hpp"
#include "base/error.hpp"

namespace insitu {
namespace {

constexpr std::uint64_t kSplits = 13;
constexpr std::size_t kRows = 40;  ///< of each split

/// Rows of split `split`; none where it is `empty`.
Chunk rows_of(std::uint64_t split, bool empty = false) {
  static const auto kLevels = make_levels({"a", "b", "c"});
  static const auto kSchema = std::make_shared<const Schema>(std::vector<Field>{
      {.name = "y"}, {.name = "x"}, {.name = "f", .type = Type::kFactor, .levels = kLevels}});
  std::mt19937 random(static_cast<unsigned>(split) + 1);
  std::normal_distribution<double> normal(1, 3);
  const std::size_t n = empty ? 0 : kRows;
  std::vector<double> y(n), x(n);
  std::vector<std::int32_t> f(n);
  for (std::size_t i = 0; i < n; ++i) {
    y[i] = normal(random);
    x[i] = normal(random);
    f[i] = static_cast<std::int32_t>(random() % 3);
  }
  return {kSchema,
          {Column::own(Type::kFloat64, std::move(y)), Column::own(Type::kFloat64, std::move(x)),
           Column::own(Type::kFactor, std::move(f), kLevels)},
          n,
          {.split = split}};
}

KeepMoments analysis() {
  return {.frame = insitu::bind(parse_formula("y ~ x * f"), *rows_of(0).schema)};
}

/// One pass in which only the splits [begin, end) have rows.
KeptMoments pass_over(std::uint64_t begin, std::uint64_t end, std::uint64_t without = kSplits) {
  const PassOf<KeepMoments> pass(analysis());
  MergeTree tree;
  for (std::uint64_t split = 0; split < kSplits; ++split) {
    auto state = pass.start();
    state->accumulate(rows_of(split, split < begin || split >= end || split == without));
    tree.add({split, 0}, std::move(state));
  }
  const auto state = std::move(tree).finish(pass, kSplits);
  return {.frame = analysis().frame,
          .runs = {analysis().finalize(PassOf<KeepMoments>::state(*state))}};
}

TEST(KeptMoments, RunsThatFollowEachOtherAddUpToOnePassToTheBit) {
  const auto whole = pass_over(0, kSplits).save();
  for (std::uint64_t cut = 1; cut < kSplits; ++cut) {
    SCOPED_TRACE(cut);
    EXPECT_EQ(combined(pass_over(0, cut), pass_over(cut, kSplits)).save(), whole);
    for (std::uint64_t second = cut + 1; second < kSplits; ++second) {
      const auto first = pass_over(0, cut), middle = pass_over(cut, second),
                 last = pass_over(second, kSplits);
      EXPECT_EQ(combined(combined(first, middle), last).save(), whole);
      EXPECT_EQ(combined(first, combined(middle, last)).save(), whole);
    }
  }
}

TEST(KeptMoments, ARunIsThePassOverItsRows) {
  // A split without rows in between is an empty one.
  for (std::uint64_t without = 1; without + 1 < kSplits; ++without) {
    const auto run = pass_over(0, kSplits, without);
    const auto& sums = run.runs[0].sums;
    ASSERT_FALSE(sums.parts.empty());
    EXPECT_EQ(sums.nodes.size(), 3U);  // 13 = 8 + 4 + 1
    auto all = sums.parts[2];
    for (const auto i : {1, 0}) {
      auto left = sums.parts[static_cast<std::size_t>(i)];
      left.merge(all);
      all = left;
    }
    EXPECT_EQ(insitu::save(all), insitu::save(sums.total));
    EXPECT_EQ(all.rows, static_cast<std::int64_t>((kSplits - 1) * kRows));
  }
}

TEST(KeptMoments, OtherRunsStaySideBySideAndTheirSumIsAssociative) {
  const auto a = pass_over(0, 5), b = pass_over(2, 9), c = pass_over(9, 12);
  const auto sum = combined(combined(a, b), c);
  EXPECT_EQ(sum.runs.size(), 2U);
  EXPECT_EQ(sum.save(), combined(a, combined(b, c)).save());
  EXPECT_EQ(sum.total().rows, static_cast<std::int64_t>(15 * kRows));
  EXPECT_EQ(KeptMoments::load(sum.save()).save(), sum.save());
}

TEST(KeptMoments, PlacesThatContradictEachOtherAreForgotten) {
  const PassOf<KeepMoments> pass(analysis());
  auto left = pass.start(), right = pass.start();
  left->accumulate(rows_of(3));
  auto moved = rows_of(4);
  moved.from.first_row = 70'000;  // of split 1 of an .xdf
  right->accumulate(moved);
  left->merge(*right);
  const auto& sums = PassOf<KeepMoments>::state(*left).sums;
  EXPECT_FALSE(sums.placed);
  EXPECT_TRUE(sums.nodes.empty());
  EXPECT_EQ(sums.total.rows, static_cast<std::int64_t>(2 * kRows));
}

TEST(KeptMoments, ASubModelIsTheModelOfItsTerms) {
  const auto kept = pass_over(0, kSplits);
  const auto sub = sub_model(kept, parse_formula("x ~ f + y"));
  auto own = analysis();
  own.frame = insitu::bind(parse_formula("x ~ f + y"), *rows_of(0).schema);
  auto state = own.init();
  for (std::uint64_t split = 0; split < kSplits; ++split) own.accumulate(state, rows_of(split));
  const auto found = fit_moments(sub.frame, {}, sub.moments, nullptr);
  const auto expected = fit_moments(own.frame, {}, state.sums.total, nullptr);
  ASSERT_EQ(found.coefficients.size(), expected.coefficients.size());
  for (std::size_t i = 0; i + 2 < found.coefficients.size(); ++i)
    EXPECT_NEAR(found.coefficients[i], expected.coefficients[i], 1e-12);
  EXPECT_EQ(insitu::save(sub.frame), insitu::save(own.frame));
  EXPECT_THROW((void)sub_model(kept, parse_formula("y ~ z")), InvalidArgument);
  EXPECT_THROW((void)sub_model(kept, parse_formula("f ~ x")), InvalidArgument);
}

TEST(KeptMoments, BytesOfAnotherKindOrVersionOrContradictionsAreRefused) {
  auto kept = pass_over(0, 4);
  EXPECT_THROW((void)KeptMoments::load(seal("linear_model", insitu::save(kept))), DataError);
  kept.version = KeptMoments::kVersion + 1;
  EXPECT_THROW((void)KeptMoments::load(kept.save()), DataError);
  kept.version = KeptMoments::kVersion;
  for (const auto& spoil : std::vector<std::function<void(PlacedMoments<double>&)>>{
           [](auto& sums) { sums.nodes.push_back(sums.nodes[0]); },
           [](auto& sums) { sums.nodes[0].level = 70; },
           [](auto& sums) { sums.nodes[0].index = ~std::uint64_t{0}; },
           [](auto& sums) { sums.placed = false; }, [](auto& sums) { sums.parts.resize(2); },
           [](auto& sums) { sums.total.products.pop_back(); },
           [](auto& sums) { sums.total.rows = -1; }}) {
    auto damaged = kept;
    spoil(damaged.runs[0].sums);
    EXPECT_THROW((void)KeptMoments::load(damaged.save()), DataError);
  }
  kept.runs.clear();
  EXPECT_THROW((void)KeptMoments::load(kept.save()), DataError);
}

}  // namespace
}  // namespace insitu
