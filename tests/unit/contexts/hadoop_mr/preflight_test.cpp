#include "contexts/hadoop_mr/preflight.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <vector>

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
  Setting(const Setting&) = delete;
  Setting& operator=(const Setting&) = delete;

 private:
  const char* name_;
  std::string before_;
  bool had_ = false;
};

class HadoopPreflight : public ::testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/insitu-preflight-XXXXXX";
    folder = ::mkdtemp(name);
    program("java/bin/java", "echo 'openjdk version \"17.0.9\" 2023-10-17' >&2");
    program("hadoop/bin/hadoop", "echo a warning >&2; echo '" + folder + "/hadoop/share/*'");
    file("hadoop/share/hadoop-common-3.5.0.jar");
    file("insitu-jvm.jar");
    for (const auto& [key, value] : std::vector<std::pair<const char*, std::string>>{
             {"JAVA_HOME", folder + "/java"},
             {"HADOOP_HOME", folder + "/hadoop"},
             {"INSITU_JVM_JAR", folder + "/insitu-jvm.jar"},
             {"INSITU_HADOOP_CLASSPATH", ""},
             {"HADOOP_CONF_DIR", ""}})
      settings.push_back(std::make_unique<Setting>(key, value));
  }
  void TearDown() override {
    settings.clear();
    fs::remove_all(folder);
  }

  void program(const std::string& path, const std::string& text) {
    file(path, "#!/bin/sh\n" + text + "\n");
    ::chmod((folder + "/" + path).c_str(), 0755);
  }
  void file(const std::string& path, const std::string& text = "") const {
    fs::create_directories(fs::path(folder + "/" + path).parent_path());
    std::ofstream(folder + "/" + path) << text;
  }
  void framework(const std::string& name) const {
    file("conf/mapred-site.xml",
         "<configuration><property><name>mapreduce.framework.name</name><value>" + name +
             "</value></property></configuration>");
  }
  static std::string refusal(const nlohmann::json& description = nlohmann::json::object()) {
    try {
      require_hadoop(hadoop_options_from_json(description));
      return "";
    } catch (const Error& failure) {
      return in_words_of_r(failure.what());
    }
  }

  std::string folder;
  std::vector<std::unique_ptr<Setting>> settings;
};

TEST_F(HadoopPreflight, PassesWhereEverythingIsThere) {
  EXPECT_EQ(refusal(), "");
  const auto found = require_hadoop({});
  EXPECT_EQ(found.java, folder + "/java/bin/java");
  EXPECT_EQ(found.class_path, folder + "/hadoop/share/*");
  EXPECT_EQ(found.version, "3.5.0");
  EXPECT_EQ(found.framework, "local");
  EXPECT_EQ(found.conf, "");
}

TEST_F(HadoopPreflight, AMissingOrOldJavaIsNamed) {
  program("java/bin/java", "echo 'java version \"1.8.0_402\"' >&2");
  EXPECT_NE(refusal().find("RxHadoopMR needs Java 17 or newer; the java of JAVA_HOME="),
            std::string::npos)
      << refusal();
}

TEST_F(HadoopPreflight, AMissingHadoopIsNamed) {
  {
    const Setting none("HADOOP_HOME", ""), path("PATH", folder);
    EXPECT_NE(refusal().find("Hadoop was not found"), std::string::npos) << refusal();
  }
  {
    const Setting other("HADOOP_HOME", folder + "/none");
    EXPECT_NE(refusal().find("has no bin/hadoop"), std::string::npos) << refusal();
  }
  program("hadoop/bin/hadoop", "exit 1");
  EXPECT_NE(refusal().find("tells no class path"), std::string::npos) << refusal();
  program("hadoop/bin/hadoop", "echo '" + folder + "/none/*'");
  EXPECT_NE(refusal().find("has no hadoop-common-*.jar"), std::string::npos) << refusal();
}

TEST_F(HadoopPreflight, AnotherVersionIsNamed) {
  fs::remove(folder + "/hadoop/share/hadoop-common-3.5.0.jar");
  file("hadoop/share/hadoop-common-2.7.3.jar");
  file("hadoop/share/hadoop-common-3.5.0-tests.jar");
  EXPECT_NE(refusal().find("is version 2.7.3"), std::string::npos) << refusal();
}

TEST_F(HadoopPreflight, AClassPathOfTheEnvironmentWins) {
  const Setting none("HADOOP_HOME", folder + "/none"),
      jars("INSITU_HADOOP_CLASSPATH", "/a.jar:" + folder + "/hadoop/share/hadoop-common-3.5.0.jar");
  EXPECT_EQ(refusal(), "");
}

TEST_F(HadoopPreflight, TheFrameworkIsThatOfTheConfiguration) {
  const Setting conf("HADOOP_CONF_DIR", folder + "/conf");
  EXPECT_NE(refusal().find("is no folder"), std::string::npos) << refusal();
  framework("yarn");
  EXPECT_EQ(require_hadoop({}).framework, "yarn");
  EXPECT_EQ(require_hadoop({.framework = "local"}).framework, "local");
  framework("tez");
  EXPECT_NE(refusal().find("mapreduce.framework.name is tez"), std::string::npos) << refusal();
}

TEST_F(HadoopPreflight, YarnNeedsAConfiguration) {
  fs::remove_all(folder + "/hadoop/etc");
  EXPECT_NE(refusal({{"framework", "yarn"}}).find("HADOOP_CONF_DIR is not set"), std::string::npos);
  fs::create_directories(folder + "/hadoop/etc/hadoop");
  EXPECT_EQ(refusal({{"framework", "yarn"}}), "");
}

TEST_F(HadoopPreflight, WhatDaemonsSayIsAskedLast) {
  set_cluster_checks([](const HadoopOptions&, const HadoopLaunch&, const HadoopPlaces& places) {
    return std::vector<GatewayCheck>{failed_check("name node", "asleep", places.framework)};
  });
  const auto said = refusal();
  set_cluster_checks({});
  EXPECT_EQ(said, "RxHadoopMR: asleep; local");
}

TEST_F(HadoopPreflight, FoldersMustBeThere) {
  EXPECT_NE(refusal({{"clientShareDir", folder + "/none"}}).find("clientShareDir is no folder"),
            std::string::npos);
}

}  // namespace
}  // namespace insitu
