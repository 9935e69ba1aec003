// Files that other programs wrote (write_samples.py). Expected values are those written there.
#include <cstdlib>

#include "columnar_fixture.hpp"

namespace insitu {
namespace {

using Values = std::vector<std::string>;

class SamplesTest : public ColumnarTest {
 protected:
  void SetUp() override {
    ColumnarTest::SetUp();
    const char* folder = std::getenv("INSITU_COLUMNAR_SAMPLES");
    if (!folder) GTEST_SKIP() << "INSITU_COLUMNAR_SAMPLES names no folder of sample files";
    samples_ = folder;
  }
  ColumnarSource open(const std::string& name) const {
    return {name.ends_with(".orc") ? ColumnFormat::kOrc : ColumnFormat::kParquet,
            samples_ + "/" + name};
  }

  std::string samples_;
};

TEST_F(SamplesTest, TypesAreThoseOfTheFormatNotOfTheWriter) {
  const auto source = open("types.parquet");
  std::map<std::string, std::string> types;
  for (const auto& field : source.schema()->fields()) {
    types[field.name] = type_name(field.type);
    EXPECT_EQ(field.time_zone, "") << field.name;
    EXPECT_EQ(field.levels, nullptr) << field.name;
  }
  const std::map<std::string, std::string> expected = {
      {"logical", "logical"}, {"int8", "int16"},      {"int16", "int16"},
      {"int32", "integer"},   {"int64", "int64"},     {"float32", "float32"},
      {"float64", "numeric"}, {"decimal", "numeric"}, {"text", "character"},
      {"date", "Date"},       {"time_ns", "POSIXct"}, {"dictionary", "character"},
      {"last", "numeric"},    {"uint8", "int16"},     {"uint16", "integer"},
      {"uint32", "int64"},    {"uint64", "numeric"},  {"large_text", "character"},
      {"time_ms", "POSIXct"}, {"time_us", "POSIXct"}, {"time_zone", "POSIXct"},
      {"duration", "int64"},  {"nothing", "integer"}};
  EXPECT_EQ(types, expected);
}

TEST_F(SamplesTest, WhatHasNoCounterpartIsLeftOutByName) {
  using Pairs = std::vector<std::pair<std::string, std::string>>;
  EXPECT_EQ(open("types.parquet").left_out(), (Pairs{{"list", "list"},
                                                     {"struct", "struct"},
                                                     {"binary", "binary"},
                                                     {"clock", "time"},
                                                     {"half", "float16"}}));
  EXPECT_EQ(open("types.orc").left_out(),
            (Pairs{{"list", "list"}, {"struct", "struct"}, {"binary", "binary"}}));
}

TEST_F(SamplesTest, ValuesAndMissingValuesAreThoseWritten) {
  for (const auto* name : {"types.parquet", "types.orc"}) {
    SCOPED_TRACE(name);
    const auto source = open(name);
    EXPECT_EQ(values(source, "logical"), (Values{"1", "NA", "0"}));
    EXPECT_EQ(values(source, "int8"), (Values{"-128", "NA", "127"}));
    EXPECT_EQ(values(source, "int16"), (Values{"-32767", "NA", "32767"}));
    EXPECT_EQ(values(source, "int32"), (Values{"-2147483647", "NA", "2147483647"}));
    EXPECT_EQ(values(source, "float32"), (Values{"0.10000000149011612", "NA", "inf"}));
    EXPECT_EQ(values(source, "float64"), (Values{"0.10000000000000001", "NA", "-0"}));
    EXPECT_EQ(values(source, "decimal"),
              (Values{"0.10000000000000001", "NA", "-12345678901234568"}));
    EXPECT_EQ(values(source, "text"), (Values{"''", "NA", "'äöü'"}));
    EXPECT_EQ(values(source, "dictionary"), (Values{"'b'", "NA", "'a'"}));
    EXPECT_EQ(values(source, "date"), (Values{"-1", "NA", "19782"}));
    EXPECT_EQ(values(source, "last"), (Values{"1", "2", "3"}));  // behind nested columns
  }
  const auto source = open("types.parquet");
  EXPECT_EQ(values(source, "nothing"), (Values{"NA", "NA", "NA"}));
  EXPECT_EQ(values(source, "uint8"), (Values{"0", "NA", "255"}));
  EXPECT_EQ(values(source, "uint16"), (Values{"0", "NA", "65535"}));
  EXPECT_EQ(values(source, "uint32"), (Values{"0", "NA", "4294967295"}));
  EXPECT_EQ(values(source, "uint64"), (Values{"0", "NA", "1.8446744073709552e+19"}));
}

TEST_F(SamplesTest, TimesAreMicrosecondsOverAMillionRoundedOnce) {
  const auto source = open("types.parquet");
  const auto text = [](double seconds) {
    char digits[32];
    std::snprintf(digits, sizeof digits, "%.17g", seconds);
    return std::string(digits);
  };
  const Values micros = {text(-1 / 1e6), text(1709209800123457.0 / 1e6), "NA"};
  EXPECT_EQ(values(source, "time_us"), micros);
  EXPECT_EQ(values(source, "time_zone"), micros);
  EXPECT_EQ(values(open("int96.parquet"), "time_us"), micros);
  EXPECT_EQ(values(source, "time_ms"), (Values{text(-1 / 1e3), text(1709209800123.0 / 1e3), "NA"}));
  // Finer digits are cut off towards the past: -1 ns lies in the microsecond before 1970.
  const Values cut = {text(-1 / 1e6), text(1709209800123456.0 / 1e6), "NA"};
  EXPECT_EQ(values(source, "time_ns"), cut);
  EXPECT_EQ(values(open("types.orc"), "time_ns"), cut);
}

TEST_F(SamplesTest, SplitsAreTheGroupsThatHaveRows) {
  const auto rows = [](const DataSource& source) {
    std::vector<std::int64_t> counts;
    std::uint64_t begin = 0;
    for (const auto& split : source.splits()) {
      EXPECT_EQ(split.index, counts.size());
      EXPECT_EQ(split.begin, begin);
      EXPECT_EQ(split.end, begin + static_cast<std::uint64_t>(split.rows));
      begin = split.end;
      counts.push_back(split.rows);
    }
    EXPECT_EQ(source.read_chunks(), counts);
    EXPECT_EQ(source.row_count(), static_cast<std::int64_t>(begin));
    return counts;
  };
  EXPECT_EQ(rows(open("groups.parquet")), (std::vector<std::int64_t>{30000, 30000, 30000, 10000}));
  EXPECT_EQ(rows(open("gaps.parquet")), (std::vector<std::int64_t>{10, 5}));
  EXPECT_GT(rows(open("groups.orc")).size(), 2u);
}

TEST_F(SamplesTest, EveryGroupIsReadFromItsOwnBeginning) {
  for (const auto* name : {"groups.parquet", "groups.orc"}) {
    SCOPED_TRACE(name);
    const auto source = open(name);
    auto splits = source.splits();
    std::reverse(splits.begin(), splits.end());  // in any order
    for (const auto& split : splits) {
      const auto reader = source.open(split, {.columns = std::vector<std::string>{"s", "x"}});
      auto row = static_cast<std::int64_t>(split.begin);
      while (const auto chunk = reader->next()) {
        EXPECT_EQ(chunk->from.first_row, row);
        for (std::size_t i = 0; i < chunk->rows; ++i, ++row) {
          ASSERT_EQ(chunk->columns[1].values<std::int32_t>()[i], row);
          ASSERT_EQ(chunk->columns[0].string_at(i), std::to_string(row % 7));
        }
      }
      EXPECT_EQ(row, static_cast<std::int64_t>(split.end));
    }
  }
}

TEST_F(SamplesTest, ALargeStripeIsReadInBatches) {
  const auto source = open("large.orc");
  ASSERT_EQ(source.read_chunks(), (std::vector<std::int64_t>{5'000'000}));
  const auto reader = source.open(source.splits().at(0), {});
  std::int32_t row = 0;
  while (const auto chunk = reader->next())
    for (const auto x : chunk->columns[0].values<std::int32_t>()) ASSERT_EQ(x, row++);
  EXPECT_EQ(row, 5'000'000);
}

}  // namespace
}  // namespace insitu
