#include "contexts/spark_folder.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "base/error.hpp"

namespace insitu {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

class SparkFolderTest : public ::testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/insitu-folder-XXXXXX";
    base = ::mkdtemp(name);
    ::setenv("HOME", base.c_str(), 1);
    options = spark_options_from_json({{"master", "local"}, {"clientShareDir", base}});
  }
  void TearDown() override { fs::remove_all(base); }

  static unsigned mode(const std::string& path) {
    struct stat about {};
    EXPECT_EQ(::stat(path.c_str(), &about), 0) << path;
    return about.st_mode & 0777;
  }
  /// What a gateway writes when it is ready.
  static void answer(const SparkFolder& folder, int pid) {
    std::ofstream(folder.path() + "/gw.json") << json({{"pid", pid}, {"socket", "/s"}});
  }

  std::string base;
  SparkOptions options;
};

TEST_F(SparkFolderTest, IsPrivateWithATokenOfItsOwn) {
  const auto one = SparkFolder::make(options), other = SparkFolder::make(options);
  EXPECT_TRUE(one.path().starts_with(base));
  EXPECT_EQ(mode(one.path()), 0700u);
  EXPECT_EQ(mode(one.path() + "/token"), 0600u);
  EXPECT_EQ(one.token().size(), 64u);
  EXPECT_NE(one.token(), other.token());
  EXPECT_FALSE(one.ready());
  answer(one, ::getpid());
  EXPECT_TRUE(one.ready());
  EXPECT_EQ(one.process(), ::getpid());
  EXPECT_EQ(one.socket(), "/s");
  one.remove();
  EXPECT_FALSE(fs::exists(one.path()));
}

TEST_F(SparkFolderTest, APathTooLongForASocketIsMadeInTmp) {
  options.client_share_dir = base + "/" + std::string(100, 'x');
  fs::create_directories(options.client_share_dir);
  const auto folder = SparkFolder::make(options);
  EXPECT_TRUE(folder.path().starts_with("/tmp/insitu-"));
  folder.remove();
}

TEST_F(SparkFolderTest, IsFoundByTheSameSettingsAsLongAsItsProcessLives) {
  const auto launch = spark_launch(options);
  EXPECT_FALSE(SparkFolder::find(launch));
  const auto folder = SparkFolder::make(options);
  answer(folder, ::getpid());
  EXPECT_EQ(folder.publish(launch), "");
  ASSERT_TRUE(SparkFolder::find(launch));
  EXPECT_EQ(SparkFolder::find(launch)->path(), folder.path());
  auto others = options;
  others.driver_mem = "1g";
  EXPECT_FALSE(SparkFolder::find(spark_launch(others)));
  EXPECT_EQ(SparkFolder::all_persistent().size(), 1u);

  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  ::waitpid(child, nullptr, 0);
  answer(folder, child);
  EXPECT_FALSE(SparkFolder::find(launch));
  EXPECT_TRUE(SparkFolder::all_persistent().empty());
  EXPECT_FALSE(fs::exists(folder.path()));  // what a killed application has left
}

TEST_F(SparkFolderTest, OneThatOthersCanEnterIsNotTrusted) {
  const auto launch = spark_launch(options);
  const auto folder = SparkFolder::make(options);
  answer(folder, ::getpid());
  folder.publish(launch);
  ::chmod(folder.path().c_str(), 0755);
  EXPECT_FALSE(folder.ready());
  EXPECT_FALSE(SparkFolder::find(launch));
}

TEST_F(SparkFolderTest, TheLogsTailIsItsLastLines) {
  const auto folder = SparkFolder::make(options);
  EXPECT_EQ(folder.log_tail(), "");
  std::ofstream log(folder.log());
  for (int i = 1; i <= 100; ++i) log << "line " << i << "\n\n";
  log.close();
  const auto tail = folder.log_tail();
  EXPECT_TRUE(tail.starts_with("line 81\n"));
  EXPECT_TRUE(tail.ends_with("\nline 100"));
}

}  // namespace
}  // namespace insitu
