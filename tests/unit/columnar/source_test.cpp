#include <thread>

#include "base/named.hpp"
#include "columnar/registry.hpp"
#include "columnar_fixture.hpp"

namespace insitu {
namespace {

class ColumnarSourceTest : public ColumnarTest {
 protected:
  static std::string message(const std::string& file) {
    try {
      const ColumnarSource source(ColumnFormat::kParquet, file);
      return "";
    } catch (const Error& error) {
      return in_words_of_r(error.what());
    }
  }
};

TEST_F(ColumnarSourceTest, AFolderIsItsFilesInTheOrderOfTheirPathsAsBytes) {
  for (const auto format : {ColumnFormat::kParquet, ColumnFormat::kOrc}) {
    const auto folder = path(std::string(format_name(format)));
    std::filesystem::create_directory(folder);
    write(format, folder + "/part-10", counted(20, 3));
    write(format, folder + "/part-2", counted(30, 4));
    write(format, folder + "/Part-1", counted(0, 2));
    std::ofstream(folder + "/_SUCCESS") << "";
    std::ofstream(folder + "/.part-2.crc") << "crc";
    const ColumnarSource source(format, folder);
    EXPECT_EQ(values(source, "x"),
              (std::vector<std::string>{"0", "1", "20", "21", "22", "30", "31", "32", "33"}));
    const auto splits = source.splits();
    ASSERT_EQ(splits.size(), 3u);
    EXPECT_EQ(source.file_of(splits[0]), folder + "/Part-1");
    EXPECT_EQ(source.file_of(splits[1]), folder + "/part-10");
    EXPECT_EQ(source.file_of(splits[2]), folder + "/part-2");
    EXPECT_EQ(source.description(), folder);
  }
}

TEST_F(ColumnarSourceTest, FilesMayHaveTheirColumnsInAnyOrder) {
  const auto two = [&](std::int32_t begin, bool swapped) {
    auto a = counted(begin, 2, "a"), b = counted(begin + 10, 2, "b");
    if (swapped) std::swap(a, b);
    return Chunk{std::make_shared<const Schema>(std::vector<Field>{(*a.schema)[0], (*b.schema)[0]}),
                 {a.columns[0], b.columns[0]},
                 2,
                 {}};
  };
  std::filesystem::create_directory(path("f"));
  write(ColumnFormat::kParquet, path("f/1"), two(0, false));
  write(ColumnFormat::kParquet, path("f/2"), two(2, true));
  const ColumnarSource source(ColumnFormat::kParquet, path("f"));
  EXPECT_EQ(source.schema()->names(), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(values(source, "a"), (std::vector<std::string>{"0", "1", "2", "3"}));
  EXPECT_EQ(values(source, "b"), (std::vector<std::string>{"10", "11", "12", "13"}));
}

TEST_F(ColumnarSourceTest, B17aColumnsThatAFileLacksAreMissingInItsRows) {
  std::filesystem::create_directory(path("f"));
  write(ColumnFormat::kParquet, path("f/1"), counted(0, 2));
  write(ColumnFormat::kParquet, path("f/2"), counted(5, 2, "y"));
  const ColumnarSource source(ColumnFormat::kParquet, path("f"));
  EXPECT_EQ(source.schema()->names(), (std::vector<std::string>{"x", "y"}));
  EXPECT_EQ(values(source, "x"), (std::vector<std::string>{"0", "1", "NA", "NA"}));
  EXPECT_EQ(values(source, "y"), (std::vector<std::string>{"NA", "NA", "5", "6"}));
}

TEST_F(ColumnarSourceTest, B17aTypesThatNoTypeHoldsAreRefusedByName) {
  std::filesystem::create_directory(path("f"));
  write(ColumnFormat::kParquet, path("f/1"), counted(0, 2));
  auto texts = counted(0, 2);
  StringBuilder builder;
  builder.append("a");
  builder.append("b");
  texts.schema =
      std::make_shared<const Schema>(std::vector<Field>{{.name = "x", .type = Type::kString}});
  texts.columns = {builder.finish()};
  write(ColumnFormat::kParquet, path("f/2"), texts, {.overwrite = true});
  EXPECT_NE(message(path("f")).find("'x' is integer in " + path("f/1") + " and character in " +
                                    path("f/2")),
            std::string::npos)
      << message(path("f"));
}

TEST_F(ColumnarSourceTest, FoldersThatCannotBeOneSourceNameTheWayOut) {
  EXPECT_NE(message(path("none")).find("file not found"), std::string::npos)
      << message(path("none"));
  std::filesystem::create_directories(path("empty"));
  EXPECT_NE(message(path("empty")).find("no files of data"), std::string::npos);
  std::filesystem::create_directories(path("parts/year=2024"));
  EXPECT_NE(message(path("parts")).find("RxHiveData"), std::string::npos);
  std::filesystem::create_directories(path("nested/inner"));
  EXPECT_NE(message(path("nested")).find("name the folder"), std::string::npos);
  std::ofstream(path("text.parquet")) << "a,b\n1,2\n";
  EXPECT_NE(message(path("text.parquet")).find("not a sound Parquet file"), std::string::npos)
      << message(path("text.parquet"));
  std::ofstream(path("nothing.parquet")) << "";
  EXPECT_NE(message(path("nothing.parquet")).find("not a sound Parquet file"), std::string::npos);
}

TEST_F(ColumnarSourceTest, AFileThatChangesUnderItsSourceIsAnError) {
  write(ColumnFormat::kParquet, path("a"), counted(0, 1000));
  const ColumnarSource source(ColumnFormat::kParquet, path("a"));
  write(ColumnFormat::kParquet, path("a"), counted(0, 2000), {.overwrite = true});
  EXPECT_THROW(source.open(source.splits().at(0), {}), DataError);
}

TEST_F(ColumnarSourceTest, RowsWithoutColumnsAreCountedWithoutReading) {
  write(ColumnFormat::kParquet, path("a"), counted(0, 100000), {.rows_per_block = 70000});
  const ColumnarSource source(ColumnFormat::kParquet, path("a"));
  std::vector<std::size_t> rows;
  for (const auto& split : source.splits()) {
    const auto reader = source.open(split, {.columns = std::vector<std::string>{}});
    while (const auto chunk = reader->next()) {
      EXPECT_TRUE(chunk->columns.empty());
      rows.push_back(chunk->rows);
    }
  }
  EXPECT_EQ(rows, (std::vector<std::size_t>{32768, 32768, 4464, 30000}));
}

TEST_F(ColumnarSourceTest, SeveralThreadsReadOneSource) {
  write(ColumnFormat::kParquet, path("a"), counted(0, 200000), {.rows_per_block = 25000});
  const ColumnarSource source(ColumnFormat::kParquet, path("a"));
  const auto splits = source.splits();
  std::vector<std::int64_t> sums(splits.size());
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (auto s = t; s < splits.size(); s += 4) {
        const auto reader = source.open(splits[s], {});
        while (const auto chunk = reader->next())
          for (const auto x : chunk->columns[0].values<std::int32_t>()) sums[s] += x;
      }
    });
  for (auto& thread : threads) thread.join();
  std::int64_t sum = 0;
  for (const auto each : sums) sum += each;
  EXPECT_EQ(sum, std::int64_t{200000} * 199999 / 2);
}

TEST_F(ColumnarSourceTest, ColInfoIsAppliedAndChecked) {
  write(ColumnFormat::kParquet, path("a"), counted(0, 4));
  const auto& parquet = columnar_formats()[0];
  const auto open = [&](const nlohmann::json& info) {
    return parquet.source({{"type", "RxParquetData"}, {"file", path("a")}, {"colInfo", info}}, {});
  };
  const auto source = open({{"x", {{"type", "factor"}, {"levels", {"3", "1"}}}}});
  EXPECT_EQ(*source->schema()->field("x").levels, (std::vector<std::string>{"3", "1"}));
  EXPECT_EQ(values(*source, "x"), (std::vector<std::string>{"NA", "1", "NA", "0"}));
  EXPECT_THROW(open({{"y", {{"type", "factor"}}}}), InvalidArgument);
  EXPECT_THROW(open({{"x", {{"newName", "y"}}}}), InvalidArgument);
  EXPECT_THROW(parquet.source({{"type", "RxParquetData"}, {"file", path("a")}, {"fil", 1}}, {}),
               InvalidArgument);
  EXPECT_THROW(parquet.source({{"type", "RxParquetData"}, {"file", "s3://node/a.parquet"}}, {}),
               Unsupported);
}

}  // namespace
}  // namespace insitu
