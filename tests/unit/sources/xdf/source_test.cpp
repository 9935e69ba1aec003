#include "sources/xdf/source.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <thread>

#include "base/error.hpp"
#include "fixture.hpp"
#include "sources/xdf/cache.hpp"

namespace insitu {
namespace {

using XdfSourceTest = XdfTest;

// Sums, counts and levels of the samples: computed by an independent reader in Python (struct and
// zlib) from the same files.
TEST_F(XdfSourceTest, ReadsTheRowsOfOneBlock) {
  INSITU_NEEDS_SAMPLE(file, "AirlineDemoSmall-1block.xdf");
  const auto data = source(file);
  EXPECT_EQ(data->row_count(), 600000);
  EXPECT_EQ(data->schema()->names(),
            (std::vector<std::string>{"ArrDelay", "CRSDepTime", "DayOfWeek"}));
  const auto& delay = data->schema()->field("ArrDelay");
  EXPECT_EQ(delay.type, Type::kInt32);
  EXPECT_EQ(delay.low, -86);
  EXPECT_EQ(delay.high, 1490);
  EXPECT_EQ(data->schema()->field("CRSDepTime").type, Type::kFloat32);
  const auto& day = data->schema()->field("DayOfWeek");
  EXPECT_EQ(day.type, Type::kFactor);
  EXPECT_EQ(*day.levels, (std::vector<std::string>{"Monday", "Tuesday", "Wednesday", "Thursday",
                                                   "Friday", "Saturday", "Sunday"}));
  EXPECT_EQ(sum(column(*data, "ArrDelay")), 6594146);
  EXPECT_EQ(missing(column(*data, "ArrDelay")), 17372u);
  EXPECT_EQ(sum(column(*data, "CRSDepTime")), 8089363.362667477);
  EXPECT_EQ(sum(column(*data, "DayOfWeek")), 1811980);
  EXPECT_TRUE(data->metadata().warnings.empty());
}

TEST_F(XdfSourceTest, TheSameRowsInOtherBlocksAndLayoutsGiveTheSameSplitsAndBits) {
  INSITU_NEEDS_SAMPLE(file, "AirlineDemoSmall-1block.xdf");
  const auto one = source(file);
  const auto expected = chunks(*one);
  for (const auto* name : {"AirlineDemoSmall-2blocks.xdf", "AirlineDemoSmall-old-layout.xdf"}) {
    const auto other = source(sample(name));
    EXPECT_EQ(save(other->splits()), save(one->splits()));
    const auto found = chunks(*other);
    ASSERT_EQ(found.size(), expected.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
      ASSERT_EQ(found[i].rows, expected[i].rows);
      EXPECT_EQ(found[i].from.first_row, expected[i].from.first_row);
      for (std::size_t c = 0; c < 3; ++c)
        EXPECT_EQ(std::memcmp(found[i].columns[c].data(), expected[i].columns[c].data(),
                              found[i].rows * 4),
                  0);
    }
  }
}

TEST_F(XdfSourceTest, ChunksNeverCrossASplit) {
  INSITU_NEEDS_SAMPLE(file, "AirlineDemoSmall-2blocks.xdf");
  const auto data = source(file);
  const auto splits = data->splits();
  ASSERT_EQ(splits.size(), 10u);
  EXPECT_EQ(splits[9].rows, 600000 - 9 * 65536);
  std::int64_t row = 0;
  for (const auto& chunk : chunks(*data, {.columns = std::vector<std::string>{}})) {
    EXPECT_EQ(chunk.from.first_row, row);
    EXPECT_EQ(chunk.from.split, static_cast<std::uint64_t>(row) / 65536);
    EXPECT_EQ(chunk.from.chunk_in_split, static_cast<std::uint64_t>(row) / 32768 % 2);
    EXPECT_EQ(chunk.rows, static_cast<std::size_t>(std::min<std::int64_t>(32768, 600000 - row)));
    row += static_cast<std::int64_t>(chunk.rows);
  }
  EXPECT_EQ(row, 600000);
}

TEST_F(XdfSourceTest, ReadsStringsAndFloatsWithMissings) {
  INSITU_NEEDS_SAMPLE(file, "claims.xdf");
  const auto data = source(file);
  const auto age = column(*data, "age");
  EXPECT_EQ(age.type(), Type::kString);
  EXPECT_EQ(age.string_at(0), "17-20");
  EXPECT_EQ(age.string_offsets()[128], 608);
  EXPECT_EQ(column(*data, "car.age").string_at(1), "4-7");
  EXPECT_EQ(missing(column(*data, "cost")), 5u);
  EXPECT_EQ(sum(column(*data, "cost")), 29330);
}

TEST_F(XdfSourceTest, KnowsTheColumnOfRowNames) {
  INSITU_NEEDS_SAMPLE(file, "mtcars-rownames.xdf");
  const auto data = source(file);
  EXPECT_EQ(data->metadata().row_names_column, 11);
  EXPECT_EQ(column(*data, ".rxRowNames").string_at(1), "Mazda RX4 Wag");
  EXPECT_EQ(sum(column(*data, "mpg")), 642.8999999999999);
}

TEST_F(XdfSourceTest, ReadsOnlyTheColumnsAsked) {
  INSITU_NEEDS_SAMPLE(file, "AirlineDemoSmall-2blocks.xdf");
  const auto data = source(file);
  const auto first =
      chunks(*data, {.columns = std::vector<std::string>{"DayOfWeek", "ArrDelay"}}).at(0);
  EXPECT_EQ(first.schema->names(), (std::vector<std::string>{"DayOfWeek", "ArrDelay"}));
  EXPECT_EQ(first.columns[0].type(), Type::kFactor);
  EXPECT_EQ(data->cache().loads(), 4u);  // two columns of two blocks
}

TEST_F(XdfSourceTest, KeepsAndDropsVariablesByName) {
  INSITU_NEEDS_SAMPLE(file, "airquality.xdf");
  EXPECT_EQ(source(file, {{"varsToKeep", {"Temp", "Ozone"}}})->schema()->names(),
            (std::vector<std::string>{"Ozone", "Temp"}));
  EXPECT_EQ(source(file, {{"varsToDrop", {"Wind", "Day", "Month"}}})->schema()->names(),
            (std::vector<std::string>{"Ozone", "Solar.R", "Temp"}));
  EXPECT_EQ(message<InvalidArgument>([&] {
              source(file, {{"varsToKeep", {"Ozon"}}});
            }),
            "variable not found: Ozon (did you mean Ozone?)");
  EXPECT_EQ(message<InvalidArgument>([&] {
              source(file, {{"varsToKeep", {"Temp"}}, {"varsToDrop", {"Temp"}}});
            }),
            "RxXdfData: varsToKeep and varsToDrop exclude each other; give one of them");
  EXPECT_EQ(message<InvalidArgument>([&] {
              source(file, {{"varToKeep", {"Temp"}}});
            }),
            "RxXdfData: unknown argument: varToKeep (did you mean varsToKeep?)");
}

TEST_F(XdfSourceTest, BlocksPerReadGroupsBlocks) {
  INSITU_NEEDS_SAMPLE(file, "AirlineDemoSmall-old-layout.xdf");
  EXPECT_EQ(source(file)->read_chunks(), (std::vector<std::int64_t>{200000, 200000, 200000}));
  EXPECT_EQ(source(file, {{"blocksPerRead", 2}})->read_chunks(),
            (std::vector<std::int64_t>{400000, 200000}));
  EXPECT_EQ(message<InvalidArgument>([&] {
              source(file, {{"blocksPerRead", 0}});
            }),
            "RxXdfData: blocksPerRead must be a whole number of at least 1: 0");
}

TEST_F(XdfSourceTest, ThreadsInflateEachColumnOnce) {
  INSITU_NEEDS_SAMPLE(file, "AirlineDemoSmall-1block.xdf");
  const auto data = source(file);
  const auto splits = data->splits();
  std::vector<double> sums(splits.size());
  {
    std::atomic<std::size_t> next{0};
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t)
      threads.emplace_back([&] {
        for (std::size_t i; (i = next++) < splits.size();) {
          const auto reader = data->open(splits[i], {});
          while (const auto chunk = reader->next()) sums[i] += sum(chunk->columns[0]);
        }
      });
  }
  double total = 0;
  for (const auto part : sums) total += part;
  EXPECT_EQ(total, 6594146);
  EXPECT_EQ(data->cache().loads(), 3u);
}

TEST_F(XdfSourceTest, IsRebuiltFromItsRecipe) {
  INSITU_NEEDS_SAMPLE(file, "airquality.xdf");
  const auto recipe = source(file, {{"varsToKeep", {"Temp"}}})->recipe();
  EXPECT_EQ(recipe.name, "RxXdfData");
  const auto again = make_xdf_source(nlohmann::json::parse(recipe.options), files_);
  EXPECT_EQ(again->schema()->names(), std::vector<std::string>{"Temp"});
  EXPECT_EQ(sum(column(*again, "Temp")), 11916);
}

TEST_F(XdfSourceTest, SaysWhatIsWrongWithTheFile) {
  EXPECT_EQ(message([&] { source(path("none.xdf")); }), "file not found: " + path("none.xdf"));
  EXPECT_NE(message([&] { source(folder_); }).find("is a directory"), std::string::npos);
  put(path("text.xdf"), std::string(1000, 'x'));
  EXPECT_EQ(message([&] { source(path("text.xdf")); }), "not an .xdf file: " + path("text.xdf"));
  put(path("empty.xdf"), "");
  EXPECT_EQ(message([&] { source(path("empty.xdf")); }), "not an .xdf file: " + path("empty.xdf"));
}

}  // namespace
}  // namespace insitu
