#include "formula/expression/kept_codings.hpp"

#include <gtest/gtest.h>

namespace insitu {
namespace {

Column texts(std::size_t count, std::size_t missing_at = SIZE_MAX,
             const std::string& prefix = "l") {
  StringBuilder builder;
  for (std::size_t i = 0; i < count; ++i)
    i == missing_at ? builder.append_missing() : builder.append(prefix + std::to_string(i));
  return builder.finish();
}

TEST(KeptCodings, OneCodingForOneColumnHoweverOftenItIsAsked) {
  KeptCodings kept;
  const auto column = texts(1000, 3);
  const auto coding = kept.of(column);
  ASSERT_TRUE(coding);
  EXPECT_EQ(kept.of(Column(column)), coding);
  EXPECT_EQ(coding->levels->size(), 999u);
  EXPECT_EQ(coding->positions.at("l2"), 2);
  EXPECT_EQ(coding->positions.at("l4"), 3);  // the missing one is no level
}

TEST(KeptCodings, MemoryThatIsUsedAgainIsNotTakenForTheSameColumn) {
  KeptCodings kept;
  for (int i = 0; i < 100; ++i) {  // each column ends before the next one is made
    const auto prefix = "p" + std::to_string(i) + "-";
    const auto coding = kept.of(texts(500, SIZE_MAX, prefix));
    ASSERT_TRUE(coding);
    EXPECT_EQ(coding->levels->front(), prefix + "0");
    EXPECT_EQ(coding->positions.at(prefix + "499"), 499);
  }
}

TEST(KeptCodings, ShortListsAndRepeatedLevelsAreLeftToTheCall) {
  KeptCodings kept;
  EXPECT_FALSE(kept.of(texts(3)));
  StringBuilder builder;
  for (int i = 0; i < 1000; ++i) builder.append("same");
  EXPECT_FALSE(kept.of(builder.finish()));
}

}  // namespace
}  // namespace insitu
