#include "contexts/spark/options.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/named.hpp"

namespace insitu {
namespace {

using nlohmann::json;

std::string failure_of(const json& description) {
  try {
    spark_launch(spark_options_from_json(description));
    return "";
  } catch (const Error& failure) {
    return in_words_of_r(failure.what());
  }
}

bool has_setting(const SparkLaunch& launch, const std::string& setting) {
  return std::find(launch.arguments.begin(), launch.arguments.end(), setting) !=
         launch.arguments.end();
}

SparkLaunch launch(const json& description) {
  return spark_launch(spark_options_from_json(description));
}

TEST(SparkOptions, AreThoseOfTheReferenceByDefault) {
  const auto o = spark_options_from_json(json::object());
  EXPECT_EQ(o.master, "yarn");
  EXPECT_EQ(o.num_executors, 65535);
  EXPECT_EQ(o.executor_cores, 2);
  EXPECT_EQ(o.executor_mem, "4g");
  EXPECT_EQ(o.driver_mem, "4g");
  EXPECT_EQ(o.executor_overhead_mem, "4g");
  EXPECT_EQ(o.idle_timeout, 3600);
  EXPECT_EQ(o.reduce_method, "auto");
  EXPECT_FALSE(o.persistent_run);
}

TEST(SparkOptions, EachMasterBecomesSparksOwn) {
  EXPECT_TRUE(launch({{"master", "local"}}).master.starts_with("local["));
  EXPECT_TRUE(launch({{"master", "local"}}).master.ends_with(",4]"));
  EXPECT_EQ(launch({{"master", "local[3]"}}).master, "local[3,4]");
  EXPECT_EQ(launch({{"master", "local[3]"}}).notes.size(), 1u);
  EXPECT_EQ(launch({{"master", "local[3,2]"}}).master, "local[3,2]");
  EXPECT_EQ(launch({{"master", "spark://10.0.0.1:7077"}}).master, "spark://10.0.0.1:7077");
  EXPECT_EQ(launch({{"master", "yarn"}}).master, "yarn");
  setenv("SPARK_MASTER_HOST", "head", 1);
  setenv("SPARK_MASTER_PORT", "7171", 1);
  EXPECT_EQ(launch({{"master", "standalone"}}).master, "spark://head:7171");
  unsetenv("SPARK_MASTER_HOST");
  unsetenv("SPARK_MASTER_PORT");
}

TEST(SparkOptions, ExecutorsAreCountedAsTheMasterCountsThem) {
  EXPECT_TRUE(
      has_setting(launch({{"master", "yarn"}, {"numExecutors", 7}}), "spark.executor.instances=7"));
  EXPECT_TRUE(has_setting(launch({{"master", "yarn"}}), "spark.dynamicAllocation.enabled=true"));
  EXPECT_TRUE(
      has_setting(launch({{"master", "spark://h:1"}, {"numExecutors", 3}, {"executorCores", 4}}),
                  "spark.cores.max=12"));
  const auto local = launch({{"master", "local"}, {"numExecutors", 3}});
  ASSERT_EQ(local.notes.size(), 1u);
  EXPECT_NE(in_words_of_r(local.notes[0]).find("numExecutors means nothing"), std::string::npos);
}

TEST(SparkOptions, LoopbackMastersBindToLoopback) {
  for (const auto* master : {"local", "local-cluster[2,1,1024]", "spark://127.0.0.1:7077"}) {
    const auto one = launch({{"master", master}});
    EXPECT_TRUE(one.loopback) << master;
    EXPECT_TRUE(has_setting(one, "spark.driver.bindAddress=127.0.0.1")) << master;
    ASSERT_EQ(one.environment.size(), 1u);
    EXPECT_EQ(one.environment[0].first, "SPARK_LOCAL_IP");
  }
  EXPECT_FALSE(launch({{"master", "spark://10.0.0.1:7077"}}).loopback);
}

TEST(SparkOptions, TheUsersSettingsComeLastAndAreSplitAsAShellWould) {
  const auto one =
      launch({{"master", "local"},
              {"extraSparkConfig", "--conf spark.a=1 --conf 'spark.b=x y' --queue q"}});
  const std::vector<std::string> tail(one.arguments.end() - 6, one.arguments.end());
  EXPECT_EQ(tail, (std::vector<std::string>{"--conf", "spark.a=1", "--conf", "spark.b=x y",
                                            "--queue", "q"}));
}

TEST(SparkOptions, JavaOptionsOfTheUserStandBesideOurs) {
  const auto one =
      launch({{"master", "local"},
              {"extraSparkConfig",
               "--conf 'spark.driver.extraJavaOptions=-Xss4m -Da=b' --conf spark.c=1"}});
  EXPECT_TRUE(has_setting(one, "spark.driver.extraJavaOptions=-Duser.timezone=UTC -Xss4m -Da=b"));
  EXPECT_TRUE(has_setting(one, "spark.executor.extraJavaOptions=-Duser.timezone=UTC"));
  EXPECT_TRUE(has_setting(one, "spark.c=1"));
}

TEST(SparkOptions, AnotherProgramCanStartTheSameSession) {
  const auto one =
      launch({{"master", "local[2]"},
              {"driverMem", "700m"},
              {"extraSparkConfig", "--conf spark.a=1=2 --queue q --conf=spark.b=3 --conf"}});
  EXPECT_EQ(one.master, "local[2,4]");
  using Setting = std::pair<std::string, std::string>;
  const std::vector<Setting> tail(one.settings.end() - 3, one.settings.end());
  EXPECT_EQ(tail, (std::vector<Setting>{
                      {"spark.driver.memory", "700m"}, {"spark.a", "1=2"}, {"spark.b", "3"}}));
  EXPECT_EQ(one.other_words, (std::vector<std::string>{"--queue", "q", "--conf"}));
  for (const auto& [key, value] : launch({{"master", "local"}}).settings)
    EXPECT_TRUE(key == "spark.driver.memory" || has_setting(one, key + "=" + value)) << key;
}

TEST(SparkOptions, D17PortsAreServedToThoseWhoKnowTheSecret) {
  const auto* setting = "spark.authenticate=true";
  EXPECT_TRUE(has_setting(launch({{"master", "local"}}), setting));
  EXPECT_TRUE(has_setting(launch({{"master", "yarn"}}), setting));
  // The master of a standalone cluster would have to know it.
  EXPECT_FALSE(has_setting(launch({{"master", "spark://h:7077"}}), setting));
  EXPECT_TRUE(has_setting(launch({{"master", "spark://h:7077"},
                                  {"extraSparkConfig", "--conf spark.authenticate.secret=s"}}),
                          setting));
  EXPECT_FALSE(has_setting(
      launch({{"master", "local"}, {"extraSparkConfig", "--conf spark.authenticate=false"}}),
      setting));
}

TEST(SparkOptions, SettingsThatDecideTheOrderOfRowsAreRefused) {
  EXPECT_NE(failure_of({{"extraSparkConfig", "--conf spark.sql.files.maxPartitionBytes=1m"}})
                .find("spark.sql.files.maxPartitionBytes"),
            std::string::npos);
  EXPECT_NE(failure_of({{"extraSparkConfig", "--deploy-mode cluster"}}).find("deploy mode"),
            std::string::npos);
  EXPECT_NE(failure_of({{"extraSparkConfig", "--conf 'a"}}).find("quotation mark"),
            std::string::npos);
}

TEST(SparkOptions, WrongValuesAreNamedWithTheWayOut) {
  EXPECT_NE(failure_of({{"master", "lokal"}}).find("did you mean local?"), std::string::npos);
  EXPECT_NE(failure_of({{"master", "mesos://x"}}).find("Mesos"), std::string::npos);
  EXPECT_NE(failure_of({{"executorMem", "4 gigabytes"}}).find("executorMem"), std::string::npos);
  EXPECT_NE(failure_of({{"sparkReduceMethod", "onestage"}}).find("did you mean oneStage?"),
            std::string::npos);
  EXPECT_NE(failure_of({{"numExecutors", 0}}).find("numExecutors"), std::string::npos);
  EXPECT_NE(failure_of({{"port", "abc"}}).find("port"), std::string::npos);
  EXPECT_NE(failure_of({{"sshHostname", "edge"}}).find("sshHostname"), std::string::npos);
  EXPECT_EQ(failure_of({{"port", "8020"}, {"nameNode", "nn"}}), "");
}

TEST(SparkOptions, AnotherSettingIsAnotherApplication) {
  EXPECT_EQ(launch({{"master", "local"}}).key, launch({{"master", "local"}}).key);
  EXPECT_NE(launch({{"master", "local"}}).key,
            launch({{"master", "local"}, {"driverMem", "1g"}}).key);
  EXPECT_EQ(launch({{"master", "local"}}).key,
            launch({{"master", "local"}, {"consoleOutput", true}}).key);
}

TEST(SparkOptions, YarnOfAnotherClusterIsAnotherApplication) {
  const char* name = "YARN_CONF_DIR";
  const auto key_in = [&](const char* folder, const char* master) {
    setenv(name, folder, 1);
    const auto key = launch({{"master", master}}).key;
    unsetenv(name);
    return key;
  };
  EXPECT_EQ(key_in("/one", "yarn"), key_in("/one", "yarn"));
  EXPECT_NE(key_in("/one", "yarn"), key_in("/other", "yarn"));
  EXPECT_EQ(key_in("/one", "local"), key_in("/other", "local"));
}

}  // namespace
}  // namespace insitu
