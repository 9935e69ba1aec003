#include "sources/xdf/cache.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "base/error.hpp"

namespace insitu {
namespace {

constexpr std::size_t kRows = 1000, kBytes = kRows * sizeof(double);

Column column_of(std::size_t block, std::size_t column) {
  return Column::own(Type::kFloat64,
                     std::vector<double>(kRows, static_cast<double>(100 * block + column)));
}

TEST(XdfCache, GivesTheColumnsInTheOrderAsked) {
  XdfCache cache(column_of, 10 * kBytes);
  const std::vector<std::size_t> wanted = {2, 0, 2}, by_cost = {0, 2};
  const auto found = cache.get(3, wanted, by_cost);
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[0]->number_at(0), 302);
  EXPECT_EQ(found[1]->number_at(0), 300);
  EXPECT_EQ(found[2], found[0]);
  EXPECT_EQ(cache.loads(), 2u);
}

TEST(XdfCache, WhatWasReadThroughIsDroppedBeyondTheBudget) {
  XdfCache cache(column_of, 2 * kBytes);
  const std::vector<std::size_t> columns = {0};
  for (std::size_t block = 0; block < 100; ++block) {
    const auto held = cache.get(block, columns, columns);
    EXPECT_EQ(held[0]->number_at(0), 100.0 * static_cast<double>(block));
    cache.used(block, columns, kRows);
    EXPECT_LE(cache.kept_bytes(), 3 * kBytes);
  }
  EXPECT_EQ(cache.loads(), 100u);
}

TEST(XdfCache, ABlockLargerThanTheBudgetIsDecodedOncePerPass) {
  XdfCache cache(column_of, kBytes / 10);
  const std::vector<std::size_t> columns = {0, 1};
  for (int pass = 0; pass < 3; ++pass)
    for (int split = 0; split < 10; ++split) {  // nobody holds it between the splits
      (void)cache.get(0, columns, columns);
      cache.used(0, columns, kRows / 10);
    }
  EXPECT_EQ(cache.loads(), 6u);
  EXPECT_EQ(cache.kept_bytes(), 0u);
}

TEST(XdfCache, ASmallFileIsDecodedOnceForAllPasses) {
  XdfCache cache(column_of, 10 * kBytes);
  const std::vector<std::size_t> columns = {0, 1};
  for (int pass = 0; pass < 3; ++pass)
    for (std::size_t block = 0; block < 4; ++block) {
      (void)cache.get(block, columns, columns);
      cache.used(block, columns, kRows);
    }
  EXPECT_EQ(cache.loads(), 8u);
}

TEST(XdfCache, BlocksOfWhichOnlyPartsAreReadDoNotPileUp) {
  XdfCache cache(column_of, 2 * kBytes);
  const std::vector<std::size_t> columns = {0};
  for (std::size_t block = 0; block < 50; ++block) {
    (void)cache.get(block, columns, columns);
    cache.used(block, columns, 1);
  }
  EXPECT_LE(cache.kept_bytes(), 3 * kBytes);
}

TEST(XdfCache, ThreadsDecodeEachColumnOnceAndSideBySide) {
  std::atomic<int> at_once{0}, most{0};
  XdfCache cache(
      [&](std::size_t block, std::size_t column) {
        most = std::max(most.load(), ++at_once);
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        --at_once;
        return column_of(block, column);
      },
      100 * kBytes);
  const std::vector<std::size_t> columns = {0, 1, 2, 3};
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) threads.emplace_back([&] { (void)cache.get(0, columns, columns); });
  }
  EXPECT_EQ(cache.loads(), 4u);
  EXPECT_GE(most.load(), 2);
}

TEST(XdfCache, EveryReaderOfADamagedColumnMeetsItsError) {
  XdfCache cache([](std::size_t, std::size_t) -> Column { throw DataError("damaged"); }, kBytes);
  const std::vector<std::size_t> columns = {0};
  std::atomic<int> errors{0};
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t)
      threads.emplace_back([&] {
        try {
          (void)cache.get(0, columns, columns);
        } catch (const DataError&) {
          ++errors;
        }
      });
  }
  EXPECT_EQ(errors.load(), 4);
}

}  // namespace
}  // namespace insitu
