#include "sources/xdf/sink.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <chrono>
#include <cmath>
#include <csignal>
#include <cstring>
#include <limits>

#include "base/current_call.hpp"
#include "base/error.hpp"
#include "base/memory_limit.hpp"
#include "data/watched_files.hpp"
#include "fixture.hpp"
#include "sources/xdf/cache.hpp"
#include "sources/xdf/info.hpp"

namespace insitu {
namespace {

class XdfSinkTest : public XdfTest {
 protected:
  static SchemaPtr schema(std::vector<Field> fields) {
    return std::make_shared<const Schema>(std::move(fields));
  }
  static Chunk chunk(SchemaPtr schema, std::vector<Column> columns) {
    const auto rows = columns.at(0).size();
    return {std::move(schema), std::move(columns), rows, {}};
  }
  static Field field(const std::string& name, Type type) {
    Field field;
    field.name = name;
    field.type = type;
    return field;
  }
  static Column ints(std::vector<std::int32_t> values) {
    return Column::own(Type::kInt32, std::move(values));
  }
  static Column doubles(std::vector<double> values) {
    return Column::own(Type::kFloat64, std::move(values));
  }
  static Column codes(std::vector<std::int32_t> values, std::vector<std::string> levels) {
    return Column::own(Type::kFactor, std::move(values), make_levels(std::move(levels)));
  }
  static Column texts(const std::vector<std::optional<std::string>>& values) {
    StringBuilder builder;
    for (const auto& value : values) value ? builder.append(*value) : builder.append_missing();
    return builder.finish();
  }
  void write(const std::string& path, const std::vector<Chunk>& chunks,
             const XdfWriteOptions& options = {}, std::vector<std::int64_t> block_rows = {}) const {
    const auto sink = open_xdf_sink(path, chunks.at(0).schema, options);
    if (!block_rows.empty()) sink->set_block_rows(std::move(block_rows));
    for (const auto& part : chunks) sink->write(part);
    sink->finish();
  }
  /// A file of integers 0 to rows - 1 named x.
  std::string counted(const std::string& name, std::int32_t rows,
                      std::int64_t rows_per_block) const {
    std::vector<std::int32_t> values(static_cast<std::size_t>(rows));
    for (std::int32_t i = 0; i < rows; ++i) values[static_cast<std::size_t>(i)] = i;
    write(path(name), {chunk(schema({field("x", Type::kInt32)}), {ints(std::move(values))})},
          {.sink = {.rows_per_block = rows_per_block}});
    return path(name);
  }
  std::size_t files_in_folder() const {
    return static_cast<std::size_t>(
        std::distance(std::filesystem::directory_iterator(folder_), {}));
  }
};

// The samples were written by the original product. Ranges that it had not computed itself, and the
// size of its read buffer, are taken from the file; all else follows from the rows.
TEST_F(XdfSinkTest, WritesTheSamplesAgainByteForByte) {
  for (const auto* name :
       {"AirlineDemoSmall-1block.xdf", "AirlineDemoSmall-2blocks.xdf", "airquality.xdf",
        "claims.xdf", "mortDefaultSmall2008.xdf", "mtcars-rownames.xdf"}) {
    INSITU_NEEDS_SAMPLE(file, name);
    const auto data = source(file);
    const auto like = std::make_shared<const XdfMetadata>(data->metadata());
    write(path("again.xdf"), chunks(*data), {.sink = {.overwrite = true}, .like = like},
          {like->block_rows.begin(), like->block_rows.end()});
    EXPECT_TRUE(bytes(path("again.xdf")) == bytes(file)) << name;
  }
}

TEST_F(XdfSinkTest, WritesComputedRangesByteForByteWhereTheOriginalHadComputedThem) {
  for (const auto* name : {"airquality.xdf", "mtcars-rownames.xdf"}) {
    INSITU_NEEDS_SAMPLE(file, name);
    write(path(name), chunks(*source(file)));
    EXPECT_TRUE(bytes(path(name)) == bytes(file)) << name;
  }
}

TEST_F(XdfSinkTest, WritesAFileOfTheOldLayoutInTheNewOne) {
  INSITU_NEEDS_SAMPLE(old, "AirlineDemoSmall-old-layout.xdf");
  const auto two_blocks = sample("AirlineDemoSmall-2blocks.xdf");
  const auto like = std::make_shared<const XdfMetadata>(source(two_blocks)->metadata());
  write(path("new.xdf"), chunks(*source(old)), {.like = like}, {500000, 100000});
  EXPECT_TRUE(bytes(path("new.xdf")) == bytes(two_blocks));
}

TEST_F(XdfSinkTest, BytesDoNotDependOnHowRowsArrive) {
  INSITU_NEEDS_SAMPLE(file, "AirlineDemoSmall-2blocks.xdf");
  auto wholes = chunks(*source(file));
  wholes.resize(4);
  std::vector<Chunk> pieces;
  for (const auto& whole : wholes) {
    std::size_t size = 1;
    for (std::size_t begin = 0; begin < whole.rows; begin += size, size = size * 7 % 9973 + 1)
      pieces.push_back(slice(whole, begin, std::min(size, whole.rows - begin)));
  }
  for (const int level : {-1, 1, 6, 9}) {
    const XdfWriteOptions options{
        .sink = {.overwrite = true, .rows_per_block = 50000, .compression_level = level},
        .description = "",
        .like = nullptr};
    write(path("whole.xdf"), wholes, options);
    write(path("pieces.xdf"), pieces, options);
    EXPECT_TRUE(bytes(path("whole.xdf")) == bytes(path("pieces.xdf"))) << level;
  }
}

TEST_F(XdfSinkTest, WideFilesHaveTheSameBytesAsNarrowOnesWouldHave) {
  // 300 columns are compressed when a block is complete, 1 while rows arrive.
  std::vector<Field> fields;
  std::vector<Column> columns;
  std::vector<std::int32_t> values(5000);
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = static_cast<std::int32_t>(i * i % 101);
  for (int c = 0; c < 300; ++c) {
    fields.push_back(field("v" + std::to_string(c), Type::kInt32));
    columns.push_back(ints(values));
  }
  write(path("wide.xdf"), {chunk(schema(fields), columns)}, {.sink = {.rows_per_block = 1999}});
  write(path("one.xdf"), {chunk(schema({fields[0]}), {columns[0]})},
        {.sink = {.rows_per_block = 1999}});
  const auto wide = source(path("wide.xdf")), one = source(path("one.xdf"));
  for (std::size_t b = 0; b < 3; ++b)
    EXPECT_EQ(
        bytes(path("wide.xdf"))
            .substr(wide->metadata().extent(b, 299).offset, wide->metadata().extent(b, 299).length),
        bytes(path("one.xdf"))
            .substr(one->metadata().extent(b, 0).offset, one->metadata().extent(b, 0).length));
  EXPECT_EQ(sum(column(*wide, "v299")), sum(columns[0]));
}

TEST_F(XdfSinkTest, EveryTypeComesBackExactly) {
  auto ordered = field("ordered", Type::kOrdered);
  ordered.levels = make_levels({"low", "high"});
  auto when = field("when", Type::kDateTime);
  when.time_zone = "Europe/Berlin";
  auto labelled = field("labelled", Type::kInt32);
  labelled.description = "with labels, ü";
  labelled.value_codes = {"1", "2"};
  labelled.value_labels = {"yes", "no"};
  const auto all =
      schema({field("logical", Type::kLogical), field("int16", Type::kInt16),
              field("uint16", Type::kUInt16), field("int64", Type::kInt64),
              field("float32", Type::kFloat32), field("text", Type::kString), ordered,
              field("date", Type::kDate), when, labelled, field("none", Type::kFloat64),
              field("name with spaces, ü", Type::kFloat64)});
  const double nan = std::nan("");
  const auto big = std::int64_t{1} << 60;
  const std::vector<std::optional<std::string>> strings = {"", std::nullopt, "\x1a", "\x1axyz",
                                                           "ü"};
  write(path("all.xdf"),
        {chunk(all, {Column::own<std::uint8_t>(Type::kLogical, {0, 1, 0xff, 1, 0}),
                     Column::own<std::int16_t>(Type::kInt16, {-32768, -32767, 32767, 0, 1}),
                     Column::own<std::uint16_t>(Type::kUInt16, {0, 65534, 65535, 1, 2}),
                     Column::own<std::int64_t>(
                         Type::kInt64, {big, -big, std::numeric_limits<std::int64_t>::min(), 0, 1}),
                     Column::own<float>(Type::kFloat32, {1.5f, std::nanf(""), -INFINITY, 0, 1}),
                     texts(strings),
                     Column::own<std::int32_t>(Type::kOrdered, {0, 1, -1, 1, 0}, ordered.levels),
                     Column::own<double>(Type::kDate, {16000, nan, 0, -1, 2.5}),
                     Column::own<double>(Type::kDateTime, {1.5e9, nan, 0, -0.25, 1}),
                     ints({1, 2, 3, 4, 5}), doubles({nan, nan, nan, nan, nan}),
                     doubles({1, 2, 3, 4, 5})})},
        {.sink = {.rows_per_block = 3}});
  const auto data = source(path("all.xdf"));
  EXPECT_TRUE(data->metadata().warnings.empty());
  ASSERT_EQ(data->schema()->names(), all->names());
  for (std::size_t i = 0; i < all->size(); ++i)
    EXPECT_EQ((*data->schema())[i].type, (*all)[i].type) << (*all)[i].name;
  EXPECT_EQ(column(*data, "logical").values<std::uint8_t>()[2], 0xff);
  EXPECT_EQ(missing(column(*data, "int16")), 1u);
  EXPECT_EQ(data->schema()->field("int16").low, -32767);
  EXPECT_EQ(missing(column(*data, "uint16")), 1u);
  EXPECT_EQ(data->schema()->field("uint16").high, 65534);
  EXPECT_EQ(column(*data, "int64").values<std::int64_t>()[1], -big);
  EXPECT_EQ(missing(column(*data, "int64")), 1u);
  EXPECT_EQ(data->schema()->field("float32").low, -INFINITY);
  const auto text = column(*data, "text");
  for (std::size_t i = 0; i < strings.size(); ++i) {
    EXPECT_EQ(text.string_valid(i), strings[i].has_value()) << i;
    if (strings[i]) {
      EXPECT_EQ(text.string_at(i), *strings[i]);
    }
  }
  EXPECT_EQ(*column(*data, "ordered").levels(), *ordered.levels);
  EXPECT_EQ(missing(column(*data, "ordered")), 1u);
  EXPECT_EQ(column(*data, "date").values<double>()[4], 2.5);
  EXPECT_EQ(column(*data, "when").values<double>()[3], -0.25);
  EXPECT_EQ(data->schema()->field("when").time_zone, "Europe/Berlin");
  EXPECT_EQ(data->schema()->field("labelled").description, "with labels, ü");
  EXPECT_EQ(data->schema()->field("labelled").value_codes, labelled.value_codes);
  EXPECT_EQ(data->schema()->field("labelled").value_labels, labelled.value_labels);
  EXPECT_EQ(missing(column(*data, "none")), 5u);
  EXPECT_FALSE(data->schema()->field("none").low.has_value());
  EXPECT_EQ(data->schema()->field("name with spaces, ü").high, 5);
}

TEST_F(XdfSinkTest, FilesWithoutRowsComeBackWithTheirVariables) {
  auto factor = field("f", Type::kFactor);
  factor.levels = make_levels({"a", "b"});
  const auto fields = schema({field("x", Type::kFloat64), factor, field("s", Type::kString)});
  const auto sink = open_xdf_sink(path("none.xdf"), fields, {});
  sink->finish();
  const auto data = source(path("none.xdf"));
  EXPECT_EQ(data->row_count(), 0);
  EXPECT_TRUE(data->splits().empty());
  EXPECT_TRUE(data->read_chunks().empty());
  EXPECT_EQ(*data->schema()->field("f").levels, *factor.levels);
}

TEST_F(XdfSinkTest, LevelsAreCollectedInTheOrderOfTheChunksLists) {
  const auto fields = schema({field("f", Type::kFactor)});
  // The second chunk lists its levels otherwise and has one that does not occur.
  write(path("f.xdf"),
        {chunk(fields, {codes({1, 0, -1}, {"b", "a"})}),
         chunk(fields, {codes({3, 1, 0}, {"c", "b", "unused", "a"})})},
        {.sink = {.rows_per_block = 4}});
  const auto read = column(*source(path("f.xdf")), "f");
  EXPECT_EQ(*read.levels(), (std::vector<std::string>{"b", "a", "c", "unused"}));
  const auto values = read.values<std::int32_t>();
  EXPECT_EQ(std::vector<std::int32_t>(values.begin(), values.end()),
            (std::vector<std::int32_t>{1, 0, -1, 1, 0, 2}));
}

TEST_F(XdfSinkTest, DeclaredLevelsKeepTheirOrderAndNewOnesFollow) {
  auto declared = field("f", Type::kFactor);
  declared.levels = make_levels({"x", "a"});
  write(path("f.xdf"), {chunk(schema({declared}), {codes({0, 1}, {"a", "new"})})});
  const auto read = column(*source(path("f.xdf")), "f");
  EXPECT_EQ(*read.levels(), (std::vector<std::string>{"x", "a", "new"}));
  EXPECT_EQ(read.values<std::int32_t>()[0], 1);
}

TEST_F(XdfSinkTest, AnyNanIsStoredAsTheOneMissingValue) {
  const auto fields = schema({field("x", Type::kFloat64)});
  const auto r_na = std::bit_cast<double>(std::uint64_t{0x7ff00000000007a2});
  write(path("a.xdf"), {chunk(fields, {doubles({1, std::nan("1"), r_na})})});
  const auto read = column(*source(path("a.xdf")), "x");
  for (std::size_t i = 1; i < 3; ++i)
    EXPECT_EQ(std::bit_cast<std::uint64_t>(read.values<double>()[i]), ~std::uint64_t{0});
}

TEST_F(XdfSinkTest, LevelZeroStoresTheRowsAsTheyAre) {
  // The bytes of 0x178 look like the head of a zlib stream.
  const auto fields = schema({field("x", Type::kInt32), field("s", Type::kString)});
  write(path("raw.xdf"),
        {chunk(fields, {ints({0x0178, 0x0178, 2}), texts({"a", std::nullopt, "b"})})},
        {.sink = {.compression_level = 0}});
  const auto data = source(path("raw.xdf"));
  EXPECT_EQ(data->metadata().extent(0, 0).length, 12u);
  EXPECT_EQ(sum(column(*data, "x")), 2 * 0x0178 + 2);
  EXPECT_EQ(column(*data, "s").string_at(2), "b");
  EXPECT_EQ(xdf_info(path("raw.xdf"), *files_).compression, "none");
  write(path("packed.xdf"),
        {chunk(fields, {ints({0x0178, 0x0178, 2}), texts({"a", std::nullopt, "b"})})});
  EXPECT_EQ(xdf_info(path("packed.xdf"), *files_).compression, "zlib");
}

TEST_F(XdfSinkTest, RangesCanBeGivenInsteadOfComputed) {
  auto given = field("x", Type::kInt32);
  given.low = -5, given.high = 50;
  write(path("a.xdf"),
        {chunk(schema({given, field("y", Type::kInt32)}), {ints({1, 2}), ints({1, 2})})},
        {.sink = {.compute_low_high = false}});
  const auto data = source(path("a.xdf"));
  EXPECT_EQ(data->schema()->field("x").low, -5);
  EXPECT_EQ(data->schema()->field("x").high, 50);
  EXPECT_FALSE(data->schema()->field("y").low.has_value());
}

TEST_F(XdfSinkTest, AppendedRowsFollowAndOldBlocksAreNotTouched) {
  const auto fields = schema({field("x", Type::kInt32), field("f", Type::kFactor)});
  write(path("a.xdf"), {chunk(fields, {ints({5, 6, 7}), codes({0, 1, 0}, {"a", "b"})})},
        {.description = "file"});
  const auto before = bytes(path("a.xdf"));
  const auto swapped = schema({field("f", Type::kFactor), field("x", Type::kInt16)});
  write(path("a.xdf"),
        {chunk(swapped,
               {codes({0, 1}, {"c", "a"}), Column::own<std::int16_t>(Type::kInt16, {-1, -32768})})},
        {.sink = {.append = Append::kRows}});
  const auto data = source(path("a.xdf"));
  EXPECT_EQ(data->metadata().block_rows, (std::vector<std::uint64_t>{3, 2}));
  EXPECT_EQ(bytes(path("a.xdf")).substr(260, data->metadata().extent(0, 1).offset - 260),
            before.substr(260, data->metadata().extent(0, 1).offset - 260));
  EXPECT_EQ(sum(column(*data, "x")), 17);
  EXPECT_EQ(missing(column(*data, "x")), 1u);
  EXPECT_EQ(data->schema()->field("x").low, -1);
  EXPECT_EQ(data->schema()->field("x").high, 7);
  const auto f = column(*data, "f");
  EXPECT_EQ(*f.levels(), (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(f.values<std::int32_t>()[3], 2);
  EXPECT_EQ(data->metadata().description, "file");
}

TEST_F(XdfSinkTest, RowsCanBeAppendedToTheOldLayout) {
  INSITU_NEEDS_SAMPLE(file, "AirlineDemoSmall-old-layout.xdf");
  std::filesystem::copy_file(file, path("a.xdf"));
  std::filesystem::permissions(path("a.xdf"), std::filesystem::perms::owner_all);
  const auto first = chunks(*source(file)).at(0);
  write(path("a.xdf"), {slice(first, 0, 1000)}, {.sink = {.append = Append::kRows}});
  const auto data = source(path("a.xdf"));
  EXPECT_FALSE(data->metadata().front_layout);
  EXPECT_EQ(data->row_count(), 601000);
  EXPECT_EQ(data->schema()->field("ArrDelay").high, 1490);
  EXPECT_EQ(sum(column(*data, "ArrDelay")), 6594146 + sum(first.columns[0].slice(0, 1000)));
}

TEST_F(XdfSinkTest, AppendSaysWhatDoesNotFit) {
  const auto file = counted("a.xdf", 3, 10);
  const auto old = bytes(file);
  const auto append = [&](Append how, const Field& f, Column c, bool overwrite = false) {
    return message<InvalidArgument>([&] {
      write(file, {chunk(schema({f}), {std::move(c)})},
            {.sink = {.overwrite = overwrite, .append = how}});
    });
  };
  EXPECT_EQ(append(Append::kRows, field("y", Type::kInt32), ints({1})),
            "cannot append rows: variable y is not in " + file);
  EXPECT_EQ(append(Append::kRows, field("x", Type::kString), texts({"a"})),
            "cannot append rows: variable x is integer in " + file +
                " and character in the new rows; convert it with colInfo or transforms");
  EXPECT_EQ(append(Append::kColumns, field("x", Type::kInt32), ints({1, 2, 3})),
            "the variable exists; pass overwrite = TRUE to replace it: x");
  EXPECT_EQ(append(Append::kColumns, field("y", Type::kInt32), ints({1, 2})),
            "cannot append columns: they have 2 rows and " + file + " has 3");
  EXPECT_EQ(append(Append::kColumns, field("y", Type::kInt32), ints({1, 2, 3, 4})),
            "cannot append columns: they have more rows than the 3 of " + file);
  EXPECT_EQ(bytes(file), old);
  EXPECT_EQ(files_in_folder(), 1u);
}

TEST_F(XdfSinkTest, AppendedColumnsStandBesideTheOldOnes) {
  const auto file = counted("a.xdf", 25, 10);
  std::vector<double> halves(25);
  for (std::size_t i = 0; i < halves.size(); ++i) halves[i] = static_cast<double>(i) / 2;
  const auto both = schema({field("half", Type::kFloat64), field("x", Type::kFloat64)});
  write(file,
        {slice(chunk(both, {doubles(halves), doubles(halves)}), 0, 7),
         slice(chunk(both, {doubles(halves), doubles(halves)}), 7, 18)},
        {.sink = {.overwrite = true, .append = Append::kColumns}});
  const auto data = source(file);
  EXPECT_EQ(data->schema()->names(), (std::vector<std::string>{"x", "half"}));
  EXPECT_EQ(data->metadata().block_rows, (std::vector<std::uint64_t>{10, 10, 5}));
  EXPECT_EQ(data->schema()->field("x").type, Type::kFloat64);
  EXPECT_EQ(sum(column(*data, "half")), 150);
  EXPECT_EQ(sum(column(*data, "x")), 150);
  write(file, {chunk(schema({field("again", Type::kFloat64)}), {doubles(halves)})},
        {.sink = {.append = Append::kColumns}});
  EXPECT_EQ(sum(column(*source(file), "x")), 150);
  EXPECT_EQ(sum(column(*source(file), "again")), 150);
}

TEST_F(XdfSinkTest, AnExistingFileIsKeptUnlessItMayBeReplaced) {
  const auto file = counted("a.xdf", 3, 10);
  const auto old = bytes(file);
  EXPECT_EQ(message<InvalidArgument>([&] { counted("a.xdf", 5, 10); }),
            "the output exists; pass overwrite = TRUE to replace it: " + file);
  {
    const auto sink =
        open_xdf_sink(file, schema({field("y", Type::kInt32)}), {.sink = {.overwrite = true}});
    sink->write(chunk(schema({field("y", Type::kInt32)}), {ints({1})}));
    // Destroyed before finish().
  }
  EXPECT_EQ(bytes(file), old);
  EXPECT_EQ(files_in_folder(), 1u);
}

TEST_F(XdfSinkTest, AFullDiskKeepsTheOldFile) {
  const auto file = counted("a.xdf", 3, 10);
  const auto old = bytes(file);
  std::vector<double> noise(200000);
  for (std::size_t i = 0; i < noise.size(); ++i) noise[i] = std::sin(static_cast<double>(i) * 1e3);
  struct rlimit before {};
  ::getrlimit(RLIMIT_FSIZE, &before);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const struct rlimit small { 1 << 16, before.rlim_max };
  ::setrlimit(RLIMIT_FSIZE, &small);
  const auto text = message([&] {
    write(file, {chunk(schema({field("x", Type::kFloat64)}), {doubles(noise)})},
          {.sink = {.overwrite = true}});
  });
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  EXPECT_NE(text.find("nothing was replaced"), std::string::npos) << text;
  EXPECT_EQ(bytes(file), old);
  EXPECT_EQ(files_in_folder(), 1u);
}

TEST_F(XdfSinkTest, RowNamesAreMarked) {
  write(path("a.xdf"),
        {chunk(schema({field("x", Type::kInt32), field(".rxRowNames", Type::kString)}),
               {ints({1}), texts({"one"})})});
  EXPECT_EQ(source(path("a.xdf"))->metadata().row_names_column, 1);
  EXPECT_EQ(xdf_info(path("a.xdf"), *files_).row_names_column, ".rxRowNames");
}

TEST_F(XdfSinkTest, CompositeSetsAreReadLikeOneFile) {
  INSITU_NEEDS_SAMPLE(file, "AirlineDemoSmall-1block.xdf");
  const auto data = source(file);
  const auto set = path("air");
  for (int i = 0; i < 2; ++i)  // the second replaces the first
    write(set, chunks(*data),
          {.sink = {.overwrite = i > 0, .rows_per_block = 100000}, .composite = true});
  const auto info = xdf_info(set, *files_);
  EXPECT_EQ(info.layout, "composite");
  EXPECT_EQ(info.composite_files.size(), 2u);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(set + "/data"), {}), 2);
  EXPECT_EQ(files_in_folder(), 1u);
  const auto again = source(set);
  EXPECT_EQ(save(again->splits()), save(data->splits()));
  EXPECT_EQ(sum(column(*again, "ArrDelay")), 6594146);
  std::filesystem::resize_file(info.composite_files[1], 1000);
  EXPECT_NE(message([&] { source(set); }).find("lie outside the file"), std::string::npos);
}

TEST_F(XdfSinkTest, AnAbandonedCompositeSetLeavesNothing) {
  const auto fields = schema({field("x", Type::kInt32)});
  {
    const auto sink =
        open_xdf_sink(path("set"), fields, {.sink = {.rows_per_block = 1}, .composite = true});
    sink->write(chunk(fields, {ints({1, 2, 3, 4, 5})}));
  }
  EXPECT_EQ(files_in_folder(), 0u);
}

TEST_F(XdfSinkTest, B14ASetRenamedWithItsPartsIsRead) {
  const auto fields = schema({field("x", Type::kInt32)});
  write(path("set"), {chunk(fields, {ints({1, 2, 3, 4, 5, 6, 7})})},
        {.sink = {.rows_per_block = 1}, .composite = true, .blocks_per_composite_file = 3});
  std::filesystem::rename(path("set"), path("other"));
  for (const auto* part :
       {"data/set_1.xdfd", "data/set_2.xdfd", "data/set_3.xdfd", "metadata/set.xdfm"}) {
    auto name = std::string(part);
    name.replace(name.find("set"), 3, "other");
    std::filesystem::rename(path("other/") + part, path("other/") + name);
  }
  const auto data = source(path("other"));
  EXPECT_EQ(column(*data, "x").number_at(6), 7);
  EXPECT_EQ(sum(column(*data, "x")), 28);
}

TEST_F(XdfSinkTest, D4ASetThatIsReplacedWhileItIsReadIsNoMixture) {
  const auto fields = schema({field("x", Type::kInt32)});
  const XdfWriteOptions options{.sink = {.overwrite = true, .rows_per_block = 1},
                                .composite = true,
                                .blocks_per_composite_file = 1};
  write(path("set"), {chunk(fields, {ints({1, 2, 3})})}, options);
  const auto watched = watched_files(files_, std::make_shared<FileVersions>());
  const XdfSource data({{"type", "RxXdfData"}, {"file", path("set")}}, watched);
  write(path("set"), {chunk(fields, {ints({4, 5, 6})})}, options);
  EXPECT_NE(message([&] { chunks(data); }).find("replaced or changed"), std::string::npos);
}

TEST_F(XdfSinkTest, A26TextsThatAreNotUtf8AreNotWritten) {
  const auto fields = schema({field("s", Type::kString)});
  std::vector<std::string> rows(40000, "caf\xc3\xa9");
  rows[35000] = "caf\xe9";
  StringBuilder builder;
  for (const auto& text : rows) builder.append(text);
  const auto said = message([&] { write(path("a.xdf"), {chunk(fields, {builder.finish()})}); });
  EXPECT_NE(said.find("variable s is not UTF-8 (row 35001 of those written, byte e9)"),
            std::string::npos)
      << said;
  auto factor = field("f", Type::kFactor);
  factor.levels = make_levels({"ok", "\xff"});
  EXPECT_NE(message([&] {
              write(path("a.xdf"), {chunk(schema({factor}), {codes({0, 1}, *factor.levels)})});
            }).find("a level of variable f is not UTF-8"),
            std::string::npos);
  EXPECT_EQ(files_in_folder(), 0u);
}

// Windows of a few rows, one request after the other: the block that was read last stays decoded.
TEST_F(XdfSinkTest, TheNextSourceOfAnUnchangedFileFindsWhatWasDecoded) {
  constexpr std::size_t kRows = 1000;
  const auto fields = schema({field("x", Type::kFloat64), field("n", Type::kInt32)});
  const auto written = [&](const std::string& name, double first, int age) {
    std::vector<double> x(kRows);
    std::vector<std::int32_t> n(kRows, 7);
    for (std::size_t i = 0; i < kRows; ++i) x[i] = first + static_cast<double>(i);
    write(path(name),
          {chunk(fields, {Column::own(Type::kFloat64, std::move(x)),
                          Column::own(Type::kInt32, std::move(n))})},
          {.sink = {.overwrite = true, .compression_level = 0}});
    const auto now = std::filesystem::last_write_time(path(name));
    std::filesystem::last_write_time(path(name), now - std::chrono::seconds(age));
  };
  const auto third_and_loads = [&](const std::string& name) {
    const auto data = source(path(name));
    const auto third = column(*data, "x").number_at(2);
    return std::pair(third, data->cache().loads());
  };
  written("a.xdf", 0, 10);
  written("b.xdf", 100, 10);
  EXPECT_EQ(third_and_loads("a.xdf"), std::pair(2.0, std::size_t{1}));
  EXPECT_EQ(third_and_loads("a.xdf"), std::pair(2.0, std::size_t{0}));
  EXPECT_EQ(third_and_loads("b.xdf"), std::pair(102.0, std::size_t{1}));
  EXPECT_EQ(third_and_loads("a.xdf"), std::pair(2.0, std::size_t{1}));  // one file at a time
  // Another content of the same size, at the same time: another file.
  written("a.xdf", 200, 10);
  EXPECT_EQ(third_and_loads("a.xdf"), std::pair(202.0, std::size_t{1}));
  // What was written just now might be written again within the same tick of the clock.
  written("a.xdf", 300, 0);
  EXPECT_EQ(third_and_loads("a.xdf"), std::pair(302.0, std::size_t{1}));
  EXPECT_EQ(third_and_loads("a.xdf"), std::pair(302.0, std::size_t{1}));
}

TEST_F(XdfSinkTest, D7TheFirstRowsOfAVeryLargeBlockNeedNotAllOfIt) {
  constexpr std::size_t kRows = 5'000'000;
  const auto fields = schema({field("x", Type::kFloat64), field("n", Type::kInt32)});
  std::vector<double> x(kRows);
  std::vector<std::int32_t> n(kRows);
  for (std::size_t i = 0; i < kRows; ++i) x[i] = static_cast<double>(i), n[i] = 7;
  write(path("a.xdf"),
        {chunk(fields, {Column::own(Type::kFloat64, std::move(x)),
                        Column::own(Type::kInt32, std::move(n))})},
        {.sink = {.rows_per_block = kRows}});
  const auto data = source(path("a.xdf"));
  const MemoryLimit limit(20'000'000);
  const auto splits = data->splits();
  const auto first = data->open(splits[1], {})->next();
  ASSERT_TRUE(first);
  EXPECT_EQ(first->columns[0].number_at(5), 65541);
  EXPECT_EQ(first->columns[1].number_at(5), 7);
  EXPECT_EQ(data->cache().loads(), 0u);
  const auto said = message([&] { data->open(splits.back(), {})->next(); });
  EXPECT_NE(
      said.find("block 1 of " + path("a.xdf") + " (5000000 rows of 2 variables) needs about "),
      std::string::npos)
      << said;
  EXPECT_NE(said.find("or raise memoryLimit"), std::string::npos) << said;
  const MemoryLimit more(1'000'000'000);
  EXPECT_EQ(data->open(splits.back(), {})->next()->columns[0].number_at(0),
            static_cast<double>(splits.back().begin));
}

TEST_F(XdfSinkTest, TheDescriptorDecidesAboutCompositeSets) {
  const auto fields = schema({field("x", Type::kInt32)});
  const auto rows = chunk(fields, {ints({1, 2, 3, 4, 5})});
  const nlohmann::json descriptor = {{"type", "RxXdfData"},
                                     {"file", path("set")},
                                     {"createCompositeSet", true},
                                     {"blocksPerCompositeFile", 2}};
  const auto sink = make_xdf_sink(descriptor, fields, {.rows_per_block = 1});
  sink->write(rows);
  sink->finish();
  EXPECT_EQ(xdf_info(path("set"), *files_).composite_files.size(), 3u);
  EXPECT_EQ(message<InvalidArgument>([&] {
              make_xdf_sink({{"file", path("set")}, {"createCompositeSet", false}}, fields,
                            {.overwrite = true});
            }),
            "the output is a folder; createCompositeSet = FALSE writes a file: " + path("set"));
  EXPECT_EQ(
      message<Unsupported>([&] {
        make_xdf_sink({{"file", path("set")}}, fields, {.append = Append::kRows});
      }),
      "rows or columns cannot be appended to a composite set; write a new one: " + path("set"));
  // A folder with other things in it is not replaced.
  std::filesystem::create_directory(path("other"));
  put(path("other/mine.txt"), "mine");
  EXPECT_EQ(
      message([&] {
        make_xdf_sink({{"file", path("other")}}, fields, {.overwrite = true});
      }),
      "the folder is neither empty nor a composite set; nothing was replaced: " + path("other"));
  // Names of a set change without touching its parts.
  auto renamed = xdf_info(path("set"), *files_).fields;
  renamed[0].name = "y";
  rewrite_xdf_metadata(path("set"), renamed, std::nullopt, *files_);
  EXPECT_EQ(sum(column(*source(path("set")), "y")), 15);
}

TEST_F(XdfSinkTest, AKilledWriterLeavesTheOldFile) {
  const auto file = counted("a.xdf", 3, 10);
  const auto old = bytes(file);
  const auto fields = schema({field("x", Type::kInt32)});
  const auto child = ::fork();
  if (child == 0) {
    const auto sink =
        open_xdf_sink(file, fields, {.sink = {.overwrite = true, .rows_per_block = 1}});
    sink->write(chunk(fields, {ints({1, 2, 3, 4, 5})}));
    ::raise(SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(bytes(file), old);
  EXPECT_EQ(sum(column(*source(file), "x")), 3);
}

TEST_F(XdfSinkTest, MetadataCanBeChangedAndTheRowsStay) {
  INSITU_NEEDS_SAMPLE(file, "AirlineDemoSmall-2blocks.xdf");
  std::filesystem::copy_file(file, path("a.xdf"));
  std::filesystem::permissions(path("a.xdf"), std::filesystem::perms::owner_all);
  auto fields = xdf_info(path("a.xdf"), *files_).fields;
  rewrite_xdf_metadata(path("a.xdf"), fields, std::nullopt, *files_);
  EXPECT_TRUE(bytes(path("a.xdf")) == bytes(file));  // nothing changed, nothing changes
  fields[0].name = "Delay";
  fields[0].description = "minutes";
  fields[0].low = -100;
  (void)fields[2].levels;
  fields[2].levels = make_levels({"Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"});
  fields[1].value_codes = {"1"}, fields[1].value_labels = {"one o'clock"};
  rewrite_xdf_metadata(path("a.xdf"), fields, "flights", *files_);
  const auto info = xdf_info(path("a.xdf"), *files_);
  EXPECT_EQ(info.description, "flights");
  EXPECT_EQ(info.fields[0].name, "Delay");
  EXPECT_EQ(info.fields[0].description, "minutes");
  EXPECT_EQ(info.fields[0].low, -100);
  EXPECT_EQ(info.fields[0].high, 1490);
  EXPECT_EQ((*info.fields[2].levels)[6], "Su");
  EXPECT_EQ(info.fields[1].value_labels, std::vector<std::string>{"one o'clock"});
  EXPECT_EQ(sum(column(*source(path("a.xdf")), "Delay")), 6594146);
  EXPECT_EQ(info.rows_per_block, (std::vector<std::int64_t>{500000, 100000}));
  auto wrong = fields;
  wrong[2].levels = make_levels({"Mo"});
  EXPECT_EQ(message<InvalidArgument>(
                [&] { rewrite_xdf_metadata(path("a.xdf"), wrong, std::nullopt, *files_); }),
            "level names can be replaced one for one: DayOfWeek has 7 levels, not 1");
  wrong = fields;
  wrong[1].type = Type::kFloat64;
  EXPECT_EQ(message<InvalidArgument>(
                [&] { rewrite_xdf_metadata(path("a.xdf"), wrong, std::nullopt, *files_); }),
            "the type of a variable cannot be changed in place: CRSDepTime is float32");
  wrong = fields;
  wrong[1].name = "Delay";
  EXPECT_EQ(message<InvalidArgument>(
                [&] { rewrite_xdf_metadata(path("a.xdf"), wrong, std::nullopt, *files_); }),
            "two variables have the same name: Delay");
}

TEST_F(XdfSinkTest, ManyColumnsManyLevelsAndALongText) {
  std::vector<Field> fields;
  std::vector<Column> columns;
  for (int c = 0; c < 5000; ++c) {
    fields.push_back(field("v" + std::to_string(c), Type::kFloat64));
    columns.push_back(doubles({static_cast<double>(c), std::nan("")}));
  }
  std::vector<std::string> levels;
  for (int i = 0; i < 100000; ++i) levels.push_back("level " + std::to_string(i));
  auto factor = field("f", Type::kFactor);
  factor.levels = make_levels(levels);
  fields.push_back(factor);
  columns.push_back(codes({99999, 0}, levels));
  fields.push_back(field("s", Type::kString));
  columns.push_back(texts({std::string(1000000, 'x'), "y"}));
  write(path("wide.xdf"), {chunk(schema(fields), columns)});
  const auto data = source(path("wide.xdf"));
  EXPECT_EQ(data->schema()->size(), 5002u);
  EXPECT_EQ(sum(column(*data, "v4999")), 4999);
  EXPECT_EQ(column(*data, "f").values<std::int32_t>()[0], 99999);
  EXPECT_EQ(column(*data, "s").string_at(0).size(), 1000000u);
}

/// What a call is doing when its user interrupts it, and the file that must stay as it was.
class XdfInterruptTest : public XdfSinkTest {
 protected:
  static constexpr std::int32_t kRows = 200'000;

  void SetUp() override {
    XdfSinkTest::SetUp();
    counted("a.xdf", kRows, 50'000);
    before_ = bytes_of("a.xdf");
  }
  std::string bytes_of(const std::string& name) const {
    std::ifstream file(path(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  /// `work` is given up at its first poll, and again at a later one.
  template <class Work>
  void expect_interrupted(Work&& work) const {
    for (const int heard : {1, 3}) {
      RunControl control;
      control.callbacks.interrupted = [polls = 0, heard]() mutable { return ++polls >= heard; };
      const CallScope scope(control);
      bool cancelled = false;
      const auto begin = std::chrono::steady_clock::now();
      // Polls ask the user every 20 ms: work that is over before it was asked so often is repeated.
      while (!cancelled && std::chrono::steady_clock::now() - begin < std::chrono::seconds(20)) {
        try {
          work();
        } catch (const Cancelled&) {
          cancelled = true;
        }
      }
      EXPECT_TRUE(cancelled) << "poll " << heard;
      EXPECT_EQ(bytes_of("a.xdf"), before_);
    }
  }
  Chunk numbers(const std::string& name, std::int32_t rows) const {
    std::vector<std::int32_t> values(static_cast<std::size_t>(rows));
    for (std::size_t i = 0; i < values.size(); ++i)
      values[i] = static_cast<std::int32_t>(static_cast<std::uint32_t>(i) * 7919u);
    return chunk(schema({field(name, Type::kInt32)}), {ints(std::move(values))});
  }

  std::string before_;
};

TEST_F(XdfInterruptTest, D8_OpeningAFile) {
  expect_interrupted([&] { source(path("a.xdf")); });
}

TEST_F(XdfInterruptTest, D8_ReadingBlocksOfNumbers) {
  const auto all = source(path("a.xdf"));
  expect_interrupted([&] { chunks(*source(path("a.xdf"))); });
  // A block that was given up is read by whoever asks next.
  EXPECT_EQ(column(*all, "x").size(), static_cast<std::size_t>(kRows));
}

TEST_F(XdfInterruptTest, D8_ReadingBlocksOfTexts) {
  std::vector<std::optional<std::string>> values(100'000, "Z\xc3\xbcrich");
  write(path("s.xdf"), {chunk(schema({field("s", Type::kString)}), {texts(values)})});
  const auto data = source(path("s.xdf"));
  expect_interrupted([&] { chunks(*source(path("s.xdf"))); });
  EXPECT_EQ(column(*data, "s").size(), values.size());
}

TEST_F(XdfInterruptTest, D8_ChangingMetadataCopiesEveryBlock) {
  const std::vector<Field> fields{field("renamed", Type::kInt32)};
  expect_interrupted([&] {
    std::filesystem::copy_file(path("a.xdf"), path("c.xdf"),
                               std::filesystem::copy_options::overwrite_existing);
    rewrite_xdf_metadata(path("c.xdf"), fields, std::nullopt, *files_);
  });
}

TEST_F(XdfInterruptTest, D8_AppendingRows) {
  const auto more = numbers("x", 100'000);
  expect_interrupted([&] {
    const auto sink =
        open_xdf_sink(path("a.xdf"), more.schema, {.sink = {.append = Append::kRows}});
    sink->write(more);
    // Given up before it is finished: what is there must stay.
  });
}

TEST_F(XdfInterruptTest, D8_AppendingColumns) {
  const auto more = numbers("y", kRows);
  expect_interrupted([&] {
    const auto sink = open_xdf_sink(path("a.xdf"), more.schema,
                                    {.sink = {.overwrite = true, .append = Append::kColumns}});
    sink->write(more);
  });
}

TEST_F(XdfInterruptTest, D8_Writing) {
  const auto rows = numbers("x", 500'000);
  expect_interrupted([&] {
    write(path("b.xdf"), {rows}, {.sink = {.overwrite = true, .rows_per_block = 30'000}});
  });
}

TEST_F(XdfInterruptTest, D8_LevelsOfAFactor) {
  std::vector<std::string> levels(300'000);
  for (std::size_t i = 0; i < levels.size(); ++i) levels[i] = "level " + std::to_string(i);
  auto f = field("f", Type::kFactor);
  f.levels = make_levels(levels);
  write(path("f.xdf"),
        {chunk(schema({f}), {Column::own(Type::kFactor, std::vector<std::int32_t>{0}, f.levels)})});
  expect_interrupted([&] { source(path("f.xdf")); });
}

}  // namespace
}  // namespace insitu
