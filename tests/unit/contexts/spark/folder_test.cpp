#include "contexts/spark/folder.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "contexts/spark/session.hpp"

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
  static void answer(const GatewayFolder& folder, int pid) {
    std::ofstream(folder.path() + "/gw.json") << json({{"pid", pid}, {"socket", "/s"}});
  }

  std::string base;
  SparkOptions options;
};

TEST_F(SparkFolderTest, IsPrivateWithATokenOfItsOwn) {
  const auto one = make_spark_folder(options), other = make_spark_folder(options);
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
  const auto folder = make_spark_folder(options);
  EXPECT_TRUE(folder.path().starts_with("/tmp/insitu-"));
  folder.remove();
}

TEST_F(SparkFolderTest, IsFoundByTheSameSettingsAsLongAsItsProcessLives) {
  const auto launch = spark_launch(options);
  EXPECT_FALSE(find_spark_folder(launch));
  const auto folder = make_spark_folder(options);
  answer(folder, ::getpid());
  EXPECT_EQ(publish_spark_folder(folder, launch), "");
  ASSERT_TRUE(find_spark_folder(launch));
  EXPECT_EQ(find_spark_folder(launch)->path(), folder.path());
  auto others = options;
  others.driver_mem = "1g";
  EXPECT_FALSE(find_spark_folder(spark_launch(others)));
  EXPECT_EQ(persistent_spark_folders().size(), 1u);

  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  ::waitpid(child, nullptr, 0);
  answer(folder, child);
  EXPECT_FALSE(find_spark_folder(launch));
  EXPECT_TRUE(persistent_spark_folders().empty());
  EXPECT_FALSE(fs::exists(folder.path()));  // what a killed application has left
}

TEST_F(SparkFolderTest, D17LinksOfOtherHostsAreLeftAlone) {
  const auto launch = spark_launch(options);
  const auto folder = make_spark_folder(options);
  answer(folder, ::getpid());
  publish_spark_folder(folder, launch);
  const auto links = base + "/.insitu/spark";
  const auto ours = fs::directory_iterator(links)->path().filename().string();
  const auto key = ours.substr(0, ours.find('@'));
  ASSERT_NE(ours, key);
  for (const auto& name : {key + "@elsewhere", key})
    fs::create_symlink("/gone", links + "/" + name);
  EXPECT_EQ(persistent_spark_folders().size(), 1u);
  for (const auto& name : {key + "@elsewhere", key})
    EXPECT_TRUE(fs::is_symlink(links + "/" + name)) << name;
}

TEST_F(SparkFolderTest, D17ALaterProcessWithTheNumberOfAGatewayIsNone) {
  const auto launch = spark_launch(options);
  const auto folder = make_spark_folder(options);
  std::ofstream(folder.path() + "/gw.json")
      << json({{"pid", ::getpid()}, {"socket", "/s"}, {"began", "1"}});
  publish_spark_folder(folder, launch);
  EXPECT_FALSE(folder.lives());
  EXPECT_FALSE(find_spark_folder(launch));
}

/// It lives and does not answer for 20 s: another one in its place would orphan it.
TEST_F(SparkFolderTest, D17ASilentGatewayIsToldAndNotReplaced) {
  const auto folder = make_spark_folder(options);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const auto path = folder.path() + "/gw.sock";
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  const int server = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ASSERT_EQ(::bind(server, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(::listen(server, 5), 0);
  std::ofstream(folder.path() + "/gw.json") << json({{"pid", ::getpid()}, {"socket", path}});
  publish_spark_folder(folder, spark_launch(options));
  EXPECT_THROW(SparkSession::find(options), GatewaySilent);
  EXPECT_TRUE(find_spark_folder(spark_launch(options)));
  ::close(server);
  EXPECT_EQ(SparkSession::find(options), nullptr);  // nobody listens: it is just ending
}

TEST_F(SparkFolderTest, D17SettingsGoByAFileThatOthersCannotRead) {
  const auto home = base + "/spark";
  fs::create_directories(home + "/conf");
  std::ofstream(home + "/conf/spark-defaults.conf") << "spark.of.site  kept\n";
  ::unsetenv("SPARK_CONF_DIR");
  options.extra_spark_config =
      "--conf spark.authenticate.secret=s3cret --conf 'spark.b=x\\\\y z' --queue q";
  const auto folder = make_spark_folder(options);
  const auto arguments = write_spark_settings(folder, spark_launch(options), home);
  for (const auto& word : arguments) {
    EXPECT_EQ(word.find("s3cret"), std::string::npos) << word;
    EXPECT_NE(word, "--conf");
  }
  EXPECT_NE(std::find(arguments.begin(), arguments.end(), "--queue"), arguments.end());
  const auto file = arguments.back();
  EXPECT_EQ(arguments[arguments.size() - 2], "--properties-file");
  EXPECT_EQ(mode(file), 0600u);
  std::ifstream stream(file);
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  EXPECT_TRUE(text.starts_with("spark.of.site  kept\n")) << text;
  EXPECT_NE(text.find("\nspark.authenticate.secret=s3cret\n"), std::string::npos) << text;
  EXPECT_NE(text.find("\nspark.b=x\\\\\\\\y\\ z\n"), std::string::npos) << text;
}

TEST_F(SparkFolderTest, OneThatOthersCanEnterIsNotTrusted) {
  const auto launch = spark_launch(options);
  const auto folder = make_spark_folder(options);
  answer(folder, ::getpid());
  publish_spark_folder(folder, launch);
  ::chmod(folder.path().c_str(), 0755);
  EXPECT_FALSE(folder.ready());
  EXPECT_FALSE(find_spark_folder(launch));
}

TEST_F(SparkFolderTest, TheLogsTailIsItsLastLines) {
  const auto folder = make_spark_folder(options);
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
