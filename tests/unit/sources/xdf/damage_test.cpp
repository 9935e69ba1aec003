// Damaged and hostile files are refused with a sentence that names the file; the fuzz target covers
// what is not listed.
#include <gtest/gtest.h>

#include <cstring>

#include "base/error.hpp"
#include "fixture.hpp"
#include "sources/xdf/info.hpp"
#include "sources/xdf/sink.hpp"

namespace insitu {
namespace {

class XdfDamageTest : public XdfTest {
 protected:
  /// A file of two blocks with a number, a factor and a text.
  std::string small_file() const {
    Field x, f, s;
    x.name = "x", x.type = Type::kInt32;
    f.name = "f", f.type = Type::kFactor, f.levels = make_levels({"a", "b"});
    s.name = "s", s.type = Type::kString;
    StringBuilder texts;
    for (const auto* text : {"one", "two", "three"}) texts.append(text);
    const auto schema = std::make_shared<const Schema>(std::vector<Field>{x, f, s});
    XdfWriteOptions options;
    options.sink.rows_per_block = 2;
    const auto sink = open_xdf_sink(path("small.xdf"), schema, options);
    sink->write({schema,
                 {Column::own<std::int32_t>(Type::kInt32, {1, 2, 3}),
                  Column::own<std::int32_t>(Type::kFactor, {0, 1, -1}, f.levels), texts.finish()},
                 3,
                 {}});
    sink->finish();
    return bytes(path("small.xdf"));
  }
  /// What reading these bytes in full says.
  std::string reading(const std::string& content) const {
    put(path("bad.xdf"), content);
    return message([&] { chunks(*source(path("bad.xdf"))); });
  }
  static std::size_t find(const std::string& content, const std::string& part,
                          std::size_t from = 0) {
    const auto at = content.find(part, from);
    EXPECT_NE(at, std::string::npos);
    return at;
  }
};

TEST_F(XdfDamageTest, EveryTruncationIsRefused) {
  const auto good = small_file();
  EXPECT_EQ(reading(good), "no error");
  for (std::size_t size = 0; size < good.size(); ++size) {
    const auto text = reading(good.substr(0, size));
    ASSERT_NE(text, "no error") << size;
    ASSERT_NE(text.find(path("bad.xdf")), std::string::npos) << text;
  }
  EXPECT_EQ(reading(good.substr(0, good.size() - 1)),
            "the .xdf file is truncated: its end is missing: " + path("bad.xdf"));
}

TEST_F(XdfDamageTest,
       AFlippedBitOfTheRowsIsNoticedOrChangesNothing) {  // streams end with a few unused bits
  const auto good = small_file();
  const auto begin = std::size_t{260};
  const auto end =
      static_cast<std::size_t>(source(path("small.xdf"))->metadata().extents.back().offset);
  for (auto at = begin; at < end; ++at)
    for (int bit = 0; bit < 8; ++bit) {
      auto bad = good;
      bad[at] = static_cast<char>(bad[at] ^ (1 << bit));
      if (reading(bad) != "no error") continue;
      const auto data = source(path("bad.xdf"));
      ASSERT_EQ(sum(column(*data, "x")), 6) << at << " bit " << bit;
      ASSERT_EQ(sum(column(*data, "f")), 1) << at << " bit " << bit;
      ASSERT_EQ(column(*data, "s").string_at(1), "two") << at << " bit " << bit;
    }
}

TEST_F(XdfDamageTest, SaysWhichRowsAreDamaged) {
  auto bad = small_file();
  const auto extent = source(path("small.xdf"))->metadata().extent(1, 0);
  bad[extent.offset + 4] = static_cast<char>(bad[extent.offset + 4] ^ 0x55);
  EXPECT_EQ(reading(bad),
            "damaged data: a block cannot be inflated: variable x, block 2 of " + path("bad.xdf"));
  // The other columns are not touched.
  put(path("bad.xdf"), bad);
  EXPECT_EQ(column(*source(path("bad.xdf")), "s").string_at(2), "three");
}

TEST_F(XdfDamageTest, UnknownVersionsAreNamed) {
  auto bad = small_file();
  const float version = 9.5f;
  std::memcpy(bad.data() + bad.size() - 60, &version, sizeof version);
  EXPECT_NE(reading(bad).find("unknown file version 9.5"), std::string::npos) << reading(bad);
}

TEST_F(XdfDamageTest, MoreRowsThanBytesAreRefusedBeforeAnythingIsAllocated) {
  // 2^40 rows in each place that states rows: the first block, the sum.
  auto bad = small_file();
  const std::uint64_t huge = std::uint64_t{1} << 40;
  const auto put_number = [&](std::size_t at, std::uint64_t value) {
    std::memcpy(bad.data() + at, &value, sizeof value);
  };
  put_number(bad.size() - 60 + 4 + 8 + 16, huge + 1);
  std::uint64_t metadata_at = 0;
  std::memcpy(&metadata_at, bad.data() + bad.size() - 60 + 12, sizeof metadata_at);
  put_number(metadata_at + 20 + 28 + 56 + 24,
             huge);  // the value after version, numbers, element, array head and range
  EXPECT_EQ(reading(bad), "damaged metadata: too many rows for the data of variable x, block 1: " +
                              path("bad.xdf"));
}

TEST_F(XdfDamageTest, BlocksThatShareBytesAreRefused) {
  auto bad = small_file();
  const auto metadata = source(path("small.xdf"))->metadata();
  // Both blocks of x claim all of the data.
  const auto length = metadata.extents.back().offset + metadata.extents.back().length - 260;
  const auto& first = metadata.extent(0, 0);
  std::string table;
  for (const auto& extent : metadata.extents)
    table.append(reinterpret_cast<const char*>(&extent.length), 8);
  const auto at = find(bad, table);
  ASSERT_EQ(first.offset, 260u);
  std::memcpy(bad.data() + at, &length, sizeof length);
  EXPECT_NE(reading(bad).find("blocks overlap"), std::string::npos) << reading(bad);
}

TEST_F(XdfDamageTest, AnIndexWithoutALevelIsMissing) {
  // The level list loses its last name: code 1 has no level any more.
  auto fields = xdf_info((small_file(), path("small.xdf")), *files_).fields;
  auto metadata = read_xdf_metadata(*files_, path("small.xdf"));
  const auto whole = bytes(path("small.xdf"));
  auto& labels = metadata.dataset.array->items[1].array->attributes[0].array.value();
  labels.strings.pop_back();
  labels.rows = 1;
  const auto end = metadata.extents.back().offset + metadata.extents.back().length;
  put(path("bad.xdf"), whole.substr(0, end) + xdf_metadata_bytes(metadata, end));
  const auto f = column(*source(path("bad.xdf")), "f");
  EXPECT_EQ(f.values<std::int32_t>()[0], 0);
  EXPECT_EQ(f.values<std::int32_t>()[1], kMissingCode);
  EXPECT_EQ(f.values<std::int32_t>()[2], kMissingCode);
}

TEST_F(XdfDamageTest, UnknownTypesAreReadByTheirWidthWithAWarning) {
  Field flag;
  flag.name = "flag", flag.type = Type::kLogical;
  Field small;
  small.name = "small", small.type = Type::kInt16;
  const auto schema = std::make_shared<const Schema>(std::vector<Field>{flag, small});
  const auto sink = open_xdf_sink(path("a.xdf"), schema, {});
  sink->write({schema,
               {Column::own<std::uint8_t>(Type::kLogical, {1, 0xff, 0}),
                Column::own<std::int16_t>(Type::kInt16, {-7, 8, -32768})},
               3,
               {}});
  sink->finish();
  auto metadata = read_xdf_metadata(*files_, path("a.xdf"));
  for (std::size_t c = 0; c < 2; ++c) {
    auto& array = *metadata.dataset.array->items[c].array;
    array.set_attribute(xdf_attribute::kType, std::nullopt);
    array.storage = c == 0 ? 0x05 : 0x33;  // codes that nobody knows
  }
  const auto end = metadata.extents.back().offset + metadata.extents.back().length;
  put(path("b.xdf"), bytes(path("a.xdf")).substr(0, end) + xdf_metadata_bytes(metadata, end));
  const auto data = source(path("b.xdf"));
  EXPECT_EQ(data->metadata().warnings,
            (std::vector<std::string>{"the type of variable flag (storage code 5) was never seen "
                                      "in a known file; it is read as logical",
                                      "the type of variable small (storage code 51) was never seen "
                                      "in a known file; it is read as int16"}));
  EXPECT_EQ(data->schema()->field("flag").type, Type::kLogical);
  EXPECT_EQ(missing(column(*data, "flag")), 1u);
  EXPECT_EQ(sum(column(*data, "small")), 1);
  EXPECT_EQ(data->schema()->field("small").high, 8);
}

TEST_F(XdfDamageTest, OlderGenerationsInTheFileAreDeadBytes) {
  // An update that appended its metadata behind the first ones, as the original product does.
  const auto whole = small_file();
  auto metadata = read_xdf_metadata(*files_, path("small.xdf"));
  metadata.dataset.array->items[0].name = "renamed";
  put(path("two.xdf"), whole + xdf_metadata_bytes(metadata, whole.size()));
  EXPECT_EQ(sum(column(*source(path("two.xdf")), "renamed")), 6);
}

TEST_F(XdfDamageTest, TextsThatAreNotUtf8AreReadAsWindows1252) {
  EXPECT_EQ(xdf_text("caf\xe9 \x80"), "café €");
  EXPECT_EQ(xdf_text("café €"), "café €");
  EXPECT_EQ(xdf_text("\xed\xa0\x80"), "í\u00a0€");  // a surrogate is not UTF-8
}

TEST_F(XdfDamageTest, ACompositeSetCannotReachOutOfItsFolder) {
  Field x;
  x.name = "x", x.type = Type::kInt32;
  const auto schema = std::make_shared<const Schema>(std::vector<Field>{x});
  XdfWriteOptions options;
  options.composite = true;
  const auto sink = open_xdf_sink(path("set"), schema, options);
  sink->write({schema, {Column::own<std::int32_t>(Type::kInt32, {1, 2, 3})}, 3, {}});
  sink->finish();
  EXPECT_EQ(sum(column(*source(path("set")), "x")), 6);
  auto list = bytes(path("set/metadata/set.xdfm"));
  const auto at = find(list, "set_1.xdfd");
  put(path("set/metadata/set.xdfm"), list.replace(at, 10, "../../abcd"));
  EXPECT_EQ(message([&] { source(path("set")); }),
            "damaged metadata: a part has an impossible name: " + path("set"));
}

}  // namespace
}  // namespace insitu
