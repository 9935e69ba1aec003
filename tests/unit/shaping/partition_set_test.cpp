#include "shaping/partition_set.hpp"

#include <gtest/gtest.h>

#include "base/base64.hpp"
#include "base/error.hpp"

namespace insitu {
namespace {

PartitionSet two_partitions() {
  PartitionSet set;
  set.keys.resize(1);
  set.keys[0].name = "f";
  set.keys[0].type = Type::kFactor;
  set.keys[0].levels = make_levels({"a", "b"});
  set.partitions = {{"1.xdf", 12, std::string("\0\x80\0\0\0", 5)},
                    {"2.xdf", 1, std::string("\0\x80\0\0\1", 5)}};
  return set;
}

TEST(PartitionSet, ComesBackFromItsText) {
  const auto set = two_partitions();
  const auto back = PartitionSet::from_text(set.to_text(), "folder");
  ASSERT_EQ(back.partitions.size(), 2u);
  EXPECT_EQ(*back.keys[0].levels, *set.keys[0].levels);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(back.partitions[i].file, set.partitions[i].file);
    EXPECT_EQ(back.partitions[i].rows, set.partitions[i].rows);
    EXPECT_EQ(back.partitions[i].key, set.partitions[i].key);
  }
  EXPECT_EQ(back.to_text(), set.to_text());
}

/// A text that differs from that of two_partitions().
std::string changed(const std::string& from, const std::string& to) {
  auto text = two_partitions().to_text();
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(PartitionSet, RefusesWhatIsNoSet) {
  EXPECT_THROW(PartitionSet::from_text(changed("Set\":1", "Set\":2"), "folder"), Unsupported);
  for (const auto& text :
       {std::string(), std::string("[]"), std::string("{"), changed("\"1.xdf\"", "\"../1.xdf\""),
        changed("\"1.xdf\"", "\".hidden\""), changed("\"1.xdf\"", "\"\""),
        changed("\"1.xdf\"", "\"2.xdf\""), changed("\"rows\":12", "\"rows\":0"),
        changed("\"rows\":12", "\"rows\":\"12\""),
        changed(to_base64(std::string("\0\x80\0\0\0", 5)),
                to_base64(std::string("\0\x80\0\0\2", 5))),
        changed(to_base64(std::string("\0\x80\0\0\1", 5)),
                to_base64(std::string("\0\x80\0\0\2", 5))),
        changed(to_base64(std::string("\0\x80\0\0\1", 5)), to_base64(std::string("\0\x80", 2))),
        changed(to_base64(std::string("\0\x80\0\0\1", 5)), "%%%"),
        changed("\"levels\":[\"a\",\"b\"],", "")})
    EXPECT_THROW(PartitionSet::from_text(text, "folder"), DataError) << text;
}

TEST(PartitionSet, TextsCutShortAreRefused) {
  const auto text = two_partitions().to_text();
  for (std::size_t size = 0; size + 2 < text.size(); ++size)
    EXPECT_THROW(PartitionSet::from_text(text.substr(0, size), "folder"), DataError) << size;
}

}  // namespace
}  // namespace insitu
