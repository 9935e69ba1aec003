#include "contexts/spark/preflight.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/named.hpp"

namespace insitu {
namespace {

namespace fs = std::filesystem;

/// Variables of the environment for the time of a test.
class Setting {
 public:
  Setting(const char* name, const std::string& value) : name_(name) {
    if (const char* before = std::getenv(name)) before_ = before, had_ = true;
    ::setenv(name, value.c_str(), 1);
  }
  ~Setting() { had_ ? ::setenv(name_, before_.c_str(), 1) : ::unsetenv(name_); }

 private:
  const char* name_;
  std::string before_;
  bool had_ = false;
};

class SparkPreflight : public ::testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/insitu-preflight-XXXXXX";
    folder = ::mkdtemp(name);
  }
  void TearDown() override { fs::remove_all(folder); }

  void program(const std::string& path, const std::string& text) {
    fs::create_directories(fs::path(folder + "/" + path).parent_path());
    std::ofstream(folder + "/" + path) << "#!/bin/sh\n" << text << "\n";
    ::chmod((folder + "/" + path).c_str(), 0755);
  }
  void file(const std::string& path, const std::string& text = "") {
    fs::create_directories(fs::path(folder + "/" + path).parent_path());
    std::ofstream(folder + "/" + path) << text;
  }
  /// A machine on which everything is in order.
  void good_machine() {
    program("java/bin/java", "echo 'openjdk version \"17.0.9\" 2023-10-17' >&2");
    program("spark/bin/spark-submit", "exit 1");
    file("spark/jars/spark-core_2.13-4.2.0.jar");
    file("insitu-jvm.jar");
  }
  std::string refusal(const SparkOptions& options) {
    const Setting java("JAVA_HOME", folder + "/java"), spark("SPARK_HOME", folder + "/spark"),
        jar("INSITU_JVM_JAR", folder + "/insitu-jvm.jar");
    try {
      require_spark(options);
      return "";
    } catch (const Error& failure) {
      return in_words_of_r(failure.what());
    }
  }
  SparkOptions options(const nlohmann::json& description = {{"master", "local"}}) {
    return spark_options_from_json(description);
  }

  std::string folder;
};

TEST_F(SparkPreflight, PassesWhereEverythingIsThere) {
  good_machine();
  EXPECT_EQ(refusal(options()), "");
}

TEST_F(SparkPreflight, AMissingOrOldJavaIsNamed) {
  good_machine();
  fs::remove_all(folder + "/java");
  EXPECT_NE(
      refusal(options()).find("RxSpark needs Java 17 or newer; there is no java of JAVA_HOME="),
      std::string::npos);
  program("java/bin/java", "echo 'java version \"1.8.0_402\"' >&2");
  EXPECT_NE(refusal(options()).find("is version 8"), std::string::npos);
  program("java/bin/java", "echo 'openjdk version \"21\" 2023-09-19' >&2");
  EXPECT_EQ(refusal(options()), "");
}

TEST_F(SparkPreflight, AMissingOrUnknownSparkIsNamed) {
  good_machine();
  fs::remove(folder + "/spark/jars/spark-core_2.13-4.2.0.jar");
  EXPECT_NE(refusal(options()).find("has no jars/spark-core_*.jar"), std::string::npos);
  file("spark/jars/spark-core_2.12-3.1.2.jar");
  EXPECT_NE(refusal(options()).find("is version 3.1.2, which RxSpark does not know"),
            std::string::npos);
  fs::remove_all(folder + "/spark");
  EXPECT_NE(refusal(options()).find("has no bin/spark-submit"), std::string::npos);
}

TEST_F(SparkPreflight, AMasterThatDoesNotAnswerIsToldAtOnce) {
  good_machine();
  const auto begin = std::chrono::steady_clock::now();
  const auto said = refusal(options({{"master", "spark://127.0.0.1:1"}}));
  EXPECT_NE(said.find("no Spark master answers at 127.0.0.1:1"), std::string::npos) << said;
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));
}

TEST_F(SparkPreflight, YarnNeedsItsConfigurationAndAnswers) {
  good_machine();
  {
    const Setting none("YARN_CONF_DIR", ""), nothing("HADOOP_CONF_DIR", "");
    EXPECT_NE(refusal(options({{"master", "yarn"}})).find("HADOOP_CONF_DIR is not set"),
              std::string::npos);
  }
  const Setting set("HADOOP_CONF_DIR", folder + "/conf"), none("YARN_CONF_DIR", "");
  EXPECT_NE(refusal(options({{"master", "yarn"}})).find("holds no yarn-site.xml"),
            std::string::npos);
  file("conf/yarn-site.xml",
       "<configuration><property><name>yarn.resourcemanager.address</name>"
       "<value>127.0.0.1:1</value></property></configuration>");
  EXPECT_NE(refusal(options({{"master", "yarn"}})).find("no resource manager answers"),
            std::string::npos);
}

TEST_F(SparkPreflight, FoldersMustBeThere) {
  good_machine();
  EXPECT_NE(refusal(options({{"master", "local"}, {"shareDir", folder + "/none"}}))
                .find("shareDir is no folder"),
            std::string::npos);
}

TEST_F(SparkPreflight, TheJarIsNamedWhenItIsMissing) {
  good_machine();
  fs::remove(folder + "/insitu-jvm.jar");
  EXPECT_NE(refusal(options()).find("INSITU_JVM_JAR names no file that can be read"),
            std::string::npos);
}

}  // namespace
}  // namespace insitu
