#include "odbc/file_data_source.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "base/error.hpp"
#include "base/named.hpp"
#include "odbc/drivers.hpp"

namespace insitu {
namespace {

namespace fs = std::filesystem;

class FileDataSource : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("insitu-dsn-" + std::to_string(::getpid()));
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string file(const std::string& content, const std::string& name = "a.dsn") const {
    std::ofstream(folder_ / name, std::ios::binary) << content;
    return (folder_ / name).string();
  }
  static ConnectionString read(const std::string& string) {
    return with_file_data_source(ConnectionString::parse(string));
  }
  static std::string failure_of(const std::string& string) {
    try {
      (void)read(string);
      return "";
    } catch (const InvalidArgument& failure) {
      return in_words_of_r(failure.what());
    }
  }

  fs::path folder_;
};

TEST_F(FileDataSource, ItsLinesAreKeywordsAndWhatStandsBesideWins) {
  const auto path = file(
      "\xEF\xBB\xBF; of Windows\r\n[ODBC]\r\nDRIVER={PostgreSQL }}Unicode}\r\n Server = h;x \r\n"
      "UID=me\r\nPWD=se;c}ret=\r\n# not this\r\nnor this\r\n=nor\r\n[Other]\r\nUID=them\r\n");
  const auto where = read("FileDSN=" + path + ";uid=you");
  EXPECT_EQ(where.find({"Driver"}), "PostgreSQL }Unicode");
  EXPECT_EQ(where.find({"Server"}), "h;x");
  EXPECT_EQ(where.find({"UID"}), "you");
  EXPECT_EQ(where.find({"PWD"}), "se;c}ret=");
  EXPECT_FALSE(where.find({"FileDSN"}));
  EXPECT_EQ(where.shown().find("ret"), std::string::npos) << where.shown();
  EXPECT_EQ(where.secrets(), std::vector<std::string>{"se;c}ret="});
}

TEST_F(FileDataSource, TheEndingMayBeLeftOut) {
  const auto path = file("[ODBC]\nDSN=there");
  EXPECT_EQ(read("filedsn={" + path.substr(0, path.size() - 4) + "}").find({"DSN"}), "there");
}

TEST_F(FileDataSource, WithoutOneNothingChanges) {
  EXPECT_EQ(read("DSN=a;UID=b").text(), ConnectionString::parse("DSN=a;UID=b").text());
}

TEST_F(FileDataSource, AFileDoesNotNameAnother) {
  const auto inner = file("[ODBC]\nUID=inner\n", "b.dsn");
  const auto where = read("FileDSN=" + file("[ODBC]\nFileDSN=" + inner + "\nDSN=x\n"));
  EXPECT_FALSE(where.find({"FileDSN"}));
  EXPECT_FALSE(where.find({"UID"}));
}

TEST_F(FileDataSource, WhatIsNoneIsRefusedByItsPath) {
  EXPECT_NE(failure_of("FileDSN=/nowhere/a.dsn").find("names no file: /nowhere/a.dsn"),
            std::string::npos);
  for (const auto& content : {std::string(), std::string("UID=secret\n"),
                              std::string("[ODBC]\nsecret\n"), std::string("[ODBC]\nU\0ID=a\n", 14),
                              std::string(70'000, 'x'), std::string("[ODBC\nUID=secret")}) {
    const auto said = failure_of("FileDSN=" + file(content));
    EXPECT_NE(said.find("a.dsn"), std::string::npos) << said;
    EXPECT_EQ(said.find("secret"), std::string::npos) << said;
  }
  EXPECT_NE(failure_of("FileDSN=" + folder_.string()), "");
}

TEST_F(FileDataSource, TheDriverIsKnownByTheFile) {
  EXPECT_TRUE(is_sqlite_driver(read("FileDSN=" + file("[ODBC]\nDriver=/lib/libsqlite3odbc.so\n"))));
  EXPECT_FALSE(is_sqlite_driver(ConnectionString::parse("Driver=PostgreSQL Unicode;DSN=sqlite")));
}

}  // namespace
}  // namespace insitu
