#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

#include "fixture.hpp"
#include "sources/text/format.hpp"

namespace insitu {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

class TextSinkTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto* info = ::testing::UnitTest::GetInstance()->current_test_info();
    folder_ = fs::path(::testing::TempDir()) /
              ("text_sink_" + std::to_string(::getpid()) + "_" + info->name());
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string path(const std::string& name = "out.csv") const { return (folder_ / name).string(); }
  json target(json options = json::object()) const {
    if (!options.contains("file")) options["file"] = path();
    return text_descriptor(options);
  }
  static std::string content(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
  }
  void write(const Chunk& chunk, const json& options = json::object(),
             const SinkOptions& sink_options = {}) {
    const auto sink = make_text_sink(target(options), chunk.schema, sink_options);
    sink->write(chunk);
    sink->finish();
  }
  /// What lies in the test's folder.
  std::vector<std::string> entries() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::recursive_directory_iterator(folder_))
      names.push_back(fs::relative(entry.path(), folder_).string());
    std::sort(names.begin(), names.end());
    return names;
  }

  fs::path folder_;
};

Chunk chunk_of(std::vector<Field> fields, std::vector<Column> columns) {
  const auto rows = columns[0].size();
  return {std::make_shared<const Schema>(std::move(fields)), std::move(columns), rows, {}};
}

Chunk every_type() {
  StringBuilder strings;
  strings.append("say \"hi\", you\n");
  strings.append("");
  strings.append_missing();
  const auto levels = make_levels({"lo,w", "high"});
  return chunk_of(
      {{"l", Type::kLogical},
       {"s16", Type::kInt16},
       {"u16", Type::kUInt16},
       {"i", Type::kInt32},
       {"i64", Type::kInt64},
       {"f", Type::kFloat32},
       {"n", Type::kFloat64},
       {"text", Type::kString},
       {"fac tor", Type::kFactor, levels},
       {"d", Type::kDate},
       {"t", Type::kDateTime}},
      {Column::own<std::uint8_t>(Type::kLogical, {1, 0, 0xff}),
       Column::own<std::int16_t>(Type::kInt16, {-1, 32767, missing_value<std::int16_t>()}),
       Column::own<std::uint16_t>(Type::kUInt16, {1, 65534, missing_value<std::uint16_t>()}),
       Column::own<std::int32_t>(Type::kInt32, {-5, 2147483647, missing_value<std::int32_t>()}),
       Column::own<std::int64_t>(Type::kInt64,
                                 {1, 9223372036854775807, missing_value<std::int64_t>()}),
       Column::own<float>(Type::kFloat32, {9.666666f, 3.0f, missing_value<float>()}),
       Column::own<double>(Type::kFloat64, {1.0 / 3, -1e-10, missing_value<double>()}),
       strings.finish(), Column::own<std::int32_t>(Type::kFactor, {1, 0, -1}, levels),
       Column::own<double>(Type::kDate, {15370, -1, missing_value<double>()}),
       Column::own<double>(Type::kDateTime, {1327971723, -0.5, missing_value<double>()})});
}

TEST_F(TextSinkTest, WritesEveryType) {
  write(every_type());
  EXPECT_EQ(content(path()),
            "\"l\",\"s16\",\"u16\",\"i\",\"i64\",\"f\",\"n\",\"text\",\"fac tor\",\"d\",\"t\"\n"
            "TRUE,-1,1,-5,1,9.666666,0.3333333,\"say \"\"hi\"\", "
            "you\n\",\"high\",2012-01-31,2012-01-31 01:02:03\n"
            "FALSE,32767,65534,2147483647,9223372036854775807,3.0,-1e-10,\"\",\"lo,w\",1969-12-31,"
            "1969-12-31 23:59:59.5\n"
            "NA,NA,NA,NA,NA,NA,NA,NA,NA,NA,NA\n");
}

TEST_F(TextSinkTest, WhatIsWrittenIsReadBack) {
  write(every_type(), {{"writePrecision", 17}});
  const json types = {{"l", "logical"},      {"s16", "int16"}, {"u16", "uint16"},
                      {"i64", "int64"},      {"f", "float32"}, {"n", "numeric"},
                      {"text", "character"}, {"d", "Date"},    {"t", "POSIXct"}};
  const json info = {{"fac tor", {{"type", "factor"}, {"levels", {"lo,w", "high"}}}}};
  const auto source = make_text_source(text_descriptor({{"colClasses", types}, {"colInfo", info}}),
                                       one_file(content(path())));
  const auto original = every_type();
  const auto back = source->open(source->splits().at(0), {})->next();
  ASSERT_EQ(back->rows, 3u);
  for (std::size_t c = 0; c < original.columns.size(); ++c) {
    EXPECT_EQ(back->columns[c].type(), original.columns[c].type());
    for (std::size_t r = 0; r < 3; ++r)
      EXPECT_EQ(value_of(back->columns[c], r), value_of(original.columns[c], r)) << c << " " << r;
  }
}

TEST_F(TextSinkTest, OptionsSayHowItLooks) {
  const auto levels = make_levels({"a", "b"});
  const auto chunk =
      chunk_of({{"x", Type::kFloat64}, {"f", Type::kFactor, levels}, {"s", Type::kFloat64}},
               {Column::own<double>(Type::kFloat64, {3, 2.5, 1234.5678}),
                Column::own<std::int32_t>(Type::kFactor, {1, 0, -1}, levels),
                Column::own<double>(Type::kFloat64, {1, missing_value<double>(), 2})});
  struct Case {
    json options;
    const char* text;
  };
  const Case cases[] = {
      {{{"stripZeros", true}}, "\"x\",\"f\",\"s\"\n3,\"b\",1\n2.5,\"a\",NA\n1234.568,NA,2\n"},
      {{{"delimiter", "\t"}, {"quoteMark", ""}, {"missingValueString", ""}},
       "x\tf\ts\n3.0\tb\t1.0\n2.5\ta\t\n1234.568\t\t2.0\n"},
      {{{"firstRowIsColNames", false}, {"writeFactorsAsIndexes", true}, {"quoteMark", "'"}},
       "3.0,1,1.0\n2.5,0,NA\n1234.568,NA,2.0\n"},
      {{{"decimalPoint", ","}, {"writePrecision", 3}},
       "\"x\";\"f\";\"s\"\n3,0;\"b\";1,0\n2,5;\"a\";NA\n1235,0;NA;2,0\n"},
  };
  for (const auto& test : cases) {
    write(chunk, test.options, {.overwrite = true});
    EXPECT_EQ(content(path()), test.text);
  }
}

TEST_F(TextSinkTest, LevelsOfChunksMayDiffer) {
  const auto first = make_levels({"b"}), second = make_levels({"a", "b"});
  const auto schema = std::make_shared<const Schema>(std::vector<Field>{{"f", Type::kFactor}});
  for (const bool indexes : {false, true}) {
    const auto sink =
        make_text_sink(target({{"writeFactorsAsIndexes", indexes}}), schema, {.overwrite = true});
    sink->write({schema, {Column::own<std::int32_t>(Type::kFactor, {0}, first)}, 1, {}});
    sink->write({schema, {Column::own<std::int32_t>(Type::kFactor, {0, 1}, second)}, 2, {}});
    sink->finish();
    EXPECT_EQ(content(path()), indexes ? "\"f\"\n0\n1\n0\n" : "\"f\"\n\"b\"\n\"a\"\n\"b\"\n");
  }
}

TEST_F(TextSinkTest, AnEmptyLineIsNeverWritten) {
  const auto chunk =
      chunk_of({{"x", Type::kInt32}},
               {Column::own<std::int32_t>(Type::kInt32, {1, missing_value<std::int32_t>(), 2})});
  write(chunk, {{"missingValueString", ""}});
  EXPECT_EQ(read_rows(content(path()), {{"missingValueString", ""}}), (Rows{"1", "<NA>", "2"}));
}

TEST_F(TextSinkTest, AnExistingFileIsKept) {
  const auto chunk = every_type();
  std::ofstream(path()) << "old";
  EXPECT_THROW(write(chunk), InvalidArgument);
  EXPECT_EQ(content(path()), "old");
  {
    const auto sink = make_text_sink(target(), chunk.schema, {.overwrite = true});
    sink->write(chunk);  // and never finished
  }
  EXPECT_EQ(content(path()), "old");
  EXPECT_EQ(entries(), Rows{"out.csv"});
  write(chunk, json::object(), {.overwrite = true});
  EXPECT_NE(content(path()), "old");
  EXPECT_EQ(entries(), Rows{"out.csv"});
}

TEST_F(TextSinkTest, WhatCannotBeWrittenIsSaid) {
  const auto chunk = every_type();
  EXPECT_THROW(write(chunk, json::object(), {.append = Append::kRows}), InvalidArgument);
  EXPECT_THROW(write(chunk, {{"file", folder_.string()}}), InvalidArgument);
  EXPECT_THROW(write(chunk, {{"file", path("no/such/folder.csv")}}), DataError);
  EXPECT_THROW(write(chunk, {{"quoteMark", ""}}), DataError);
  EXPECT_THROW(write(chunk, {{"isFixedFormat", true}}), Unsupported);
  EXPECT_EQ(entries(), Rows{});
}

TEST_F(TextSinkTest, ASetOfFilesIsAFolder) {
  const auto chunk =
      chunk_of({{"x", Type::kInt32}}, {Column::own<std::int32_t>(Type::kInt32, {1, 2, 3, 4, 5})});
  const json set = {{"file", path("set")}, {"createFileSet", true}, {"rowsPerOutFile", 2}};
  write(chunk, set);
  EXPECT_EQ(entries(),
            (Rows{"set", "set/part-000001.csv", "set/part-000002.csv", "set/part-000003.csv"}));
  EXPECT_EQ(content(path("set/part-000003.csv")), "\"x\"\n5\n");
  EXPECT_THROW(write(chunk, set), InvalidArgument);
  write(slice(chunk, 0, 2), set, {.overwrite = true});
  EXPECT_EQ(entries(), (Rows{"set", "set/part-000001.csv"}));
  std::ofstream(path("set/precious.txt")) << "mine";
  EXPECT_THROW(write(chunk, set, {.overwrite = true}), InvalidArgument);
  EXPECT_TRUE(fs::exists(path("set/precious.txt")));
}

TEST(TextFormat, NumbersKeepTheDigitsBeforeThePoint) {
  const auto text = [](double value, int precision = 7, bool strip = true) {
    std::string out;
    append_number(out, value, {precision, strip, '.'});
    return out;
  };
  EXPECT_EQ(text(0), "0");
  EXPECT_EQ(text(123456789), "123456789");
  EXPECT_EQ(text(12345678.75), "12345679");
  EXPECT_EQ(text(2.99999999), "3");
  EXPECT_EQ(text(2.99999999, 7, false), "3.0");
  EXPECT_EQ(text(0.1, 17), "0.10000000000000001");
  EXPECT_EQ(text(1e300), "1e+300");
  EXPECT_EQ(text(-std::numeric_limits<double>::infinity()), "-Inf");
}

}  // namespace
}  // namespace insitu
