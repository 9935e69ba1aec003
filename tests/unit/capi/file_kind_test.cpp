// A14, B3, B11: what a bare path names.
#include "capi/file_kind.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "base/error.hpp"

namespace insitu {
namespace {

namespace fs = std::filesystem;

class FileKind : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(testing::TempDir()) / ("file_kind_" + std::to_string(::getpid()));
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }
  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  void write(const std::string& name, const std::string& bytes) const {
    std::ofstream(path(name), std::ios::binary) << bytes;
  }
  std::string read_type(const std::string& name, const char* otherwise = "RxXdfData") const {
    return descriptor_of_input(path(name), "data", otherwise)["type"];
  }
  fs::path folder_;
};

TEST_F(FileKind, EndingsTellWhateverTheirCase) {
  EXPECT_EQ(kind_by_ending("/a/b.XDF"), "RxXdfData");
  EXPECT_EQ(kind_by_ending("b.csv"), "RxTextData");
  EXPECT_EQ(kind_by_ending("b.csv.gz"), "RxTextData");
  EXPECT_EQ(kind_by_ending("b.gz"), "RxTextData");
  EXPECT_EQ(kind_by_ending("b.parquet/"), "RxParquetData");
  EXPECT_EQ(kind_by_ending("b.orc"), "RxOrcData");
  for (const auto* none : {"b", "b.2000", ".csv", "/x.csv/b", "b.", ""})
    EXPECT_EQ(kind_by_ending(none), "") << none;
}

TEST_F(FileKind, WhereTheEndingIsSilentTheBytesTell) {
  write("one", "\xf4\xd3\xd2\xd1 and more");
  write("two", "PAR1....");
  write("three", "ORC.....");
  write("four", "a,b\n1,2\n");
  EXPECT_EQ(read_type("one", "RxTextData"), "RxXdfData");
  EXPECT_EQ(read_type("two"), "RxParquetData");
  EXPECT_EQ(read_type("three"), "RxOrcData");
  EXPECT_EQ(read_type("four", "RxTextData"), "RxTextData");
  EXPECT_EQ(read_type("four"), "RxXdfData");
}

TEST_F(FileKind, FoldersAreWhatTheirFilesAre) {
  fs::create_directories(path("set/metadata"));
  fs::create_directories(path("columns"));
  write("columns/_SUCCESS", "");
  write("columns/part-0.parquet", "PAR1");
  fs::create_directories(path("texts.csv"));
  write("texts.csv/part-0.csv", "a\n1\n");
  EXPECT_EQ(read_type("set"), "RxXdfData");
  EXPECT_EQ(read_type("columns"), "RxParquetData");
  EXPECT_EQ(read_type("texts.csv"), "RxTextData");
}

TEST_F(FileKind, APathWithoutEndingIsThatOfAnXdf) {
  write("foo.xdf", "\xf4\xd3\xd2\xd1");
  EXPECT_EQ(descriptor_of_input(path("foo"), "data", "RxTextData")["file"], path("foo.xdf"));
  EXPECT_EQ(descriptor_of_output(path("new"), "outFile", false)["file"], path("new.xdf"));
  EXPECT_EQ(descriptor_of_output(path("new"), "outFile", true)["file"], path("new"));
  EXPECT_EQ(descriptor_of_output(path("new.2020"), "outFile", false)["file"], path("new.2020"));
  EXPECT_EQ(descriptor_of_output("hdfs://h/new", "outFile", false)["file"], "hdfs://h/new.xdf");
  const auto set = descriptor_of_output("hdfs://h/new", "outFile", {});
  EXPECT_EQ(set["file"], "hdfs://h/new");
  EXPECT_EQ(set["createCompositeSet"], true);
  EXPECT_FALSE(
      descriptor_of_output("hdfs://h/new.xdf", "outFile", {}).contains("createCompositeSet"));
  EXPECT_EQ(descriptor_of_output(path("new"), "outFile", {})["file"], path("new.xdf"));
}

TEST_F(FileKind, WhatCannotBeReadOrWrittenIsTold) {
  EXPECT_THROW((void)descriptor_of_input("HTTPS://example.org/a.csv", "data"), InvalidArgument);
  EXPECT_THROW((void)descriptor_of_output("a.csv.gz", "outFile", false), Unsupported);
}

}  // namespace
}  // namespace insitu
