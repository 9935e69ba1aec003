#include "contexts/split_runs.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace insitu {
namespace {

std::vector<Split> splits(std::size_t count) {
  std::vector<Split> all;
  for (std::size_t i = 0; i < count; ++i) all.push_back({i, i, i + 1, 1});
  return all;
}

TEST(SplitRuns, HoldEverySplitOnceInOrder) {
  for (const std::size_t count : {0u, 1u, 2u, 7u, 8u, 100u, 1000u})
    for (const std::size_t workers : {0u, 1u, 2u, 5u, 64u}) {
      std::uint64_t next = 0;
      for (const auto& run : split_runs(splits(count), workers)) {
        ASSERT_FALSE(run.empty());
        for (const auto& split : run) EXPECT_EQ(split.index, next++);
      }
      EXPECT_EQ(next, count);
    }
}

TEST(SplitRuns, AreWholeNodesOfTheTree) {
  const auto runs = split_runs(splits(1000), 2);
  const auto length = runs.front().size();
  EXPECT_EQ(length, 64u);  // the largest power of two that leaves four runs for each worker
  for (const auto& run : runs) EXPECT_EQ(run.front().index % length, 0u);
}

TEST(SplitRuns, OfAFewAreNoMoreThanThat) {
  for (const std::size_t count : {0u, 1u, 7u, 8u, 100u, 1000u})
    for (const std::size_t most : {0u, 1u, 2u, 5u, 64u}) {
      const auto runs = few_split_runs(splits(count), most);
      EXPECT_LE(runs.size(), std::max<std::size_t>(most, 1));
      std::uint64_t next = 0;
      for (const auto& run : runs) {
        EXPECT_EQ(run.front().index % runs.front().size(), 0u);
        for (const auto& split : run) EXPECT_EQ(split.index, next++);
      }
      EXPECT_EQ(next, count);
    }
}

}  // namespace
}  // namespace insitu
