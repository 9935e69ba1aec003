#include "contexts/hadoop_mr/options.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/named.hpp"

namespace insitu {
namespace {

using nlohmann::json;

std::string failure_of(const json& description) {
  try {
    hadoop_options_from_json(description);
    return "";
  } catch (const Error& failure) {
    return in_words_of_r(failure.what());
  }
}

HadoopLaunch launch(const json& description) {
  return hadoop_launch(hadoop_options_from_json(description));
}

bool says(const json& description, const std::string& words) {
  const auto said = failure_of(description);
  EXPECT_NE(said.find(words), std::string::npos) << said;
  return said.starts_with("RxHadoopMR: ");
}

TEST(HadoopOptions, AreThoseOfTheReferenceByDefault) {
  const auto o = hadoop_options_from_json(json::object());
  EXPECT_EQ(o.framework, "auto");
  EXPECT_EQ(o.uber, "auto");
  EXPECT_EQ(o.reduce_method, "auto");
  EXPECT_EQ(o.results_timeout, 15);
  EXPECT_FALSE(o.run_as_user_mode);
  EXPECT_FALSE(o.console_output);
  EXPECT_TRUE(hadoop_launch(o).configuration.empty());
  EXPECT_TRUE(hadoop_launch(o).may_run_here);
}

TEST(HadoopOptions, TheNameNodeIsTheDefaultFileSystem) {
  const auto of = [](const json& description) {
    return launch(description).configuration.value("fs.defaultFS", "");
  };
  EXPECT_EQ(of({{"nameNode", "nn"}}), "hdfs://nn");
  EXPECT_EQ(of({{"nameNode", "nn"}, {"port", "8020"}}), "hdfs://nn:8020");
  EXPECT_EQ(of({{"nameNode", "s3a://bucket"}, {"port", 1}}), "s3a://bucket");
  EXPECT_EQ(of({{"nameNode", "default"}}), "");
  EXPECT_EQ(of({{"framework", "local"}}), "file:///");
  EXPECT_EQ(of({{"framework", "local"}, {"nameNode", "nn"}}), "hdfs://nn");
  EXPECT_EQ(of({{"framework", "yarn"}}), "");
}

TEST(HadoopOptions, TheFrameworkIsToldToHadoop) {
  EXPECT_EQ(launch({{"framework", "yarn"}}).configuration["mapreduce.framework.name"], "yarn");
  EXPECT_EQ(launch({{"framework", "yarn"}}).framework, "yarn");
  EXPECT_EQ(launch(json::object()).framework, "");
  EXPECT_EQ(launch({{"hadoopSwitches", "-D mapreduce.framework.name=local"}}).framework, "local");
  EXPECT_EQ(launch({{"hadoopSwitches", "-jt local"}}).framework, "local");
}

TEST(HadoopOptions, SwitchesAreSplitAsAShellWould) {
  const auto one =
      launch({{"hadoopSwitches",
               "-D a.b='x y' -Dc=1=2 -files f,hdfs:///g#h -archives 'a b.zip' -libjars j,,k -fs "
               "hdfs://other -D mapreduce.job.queuename=q"}});
  EXPECT_EQ(one.configuration, (json{{"a.b", "x y"},
                                     {"c", "1=2"},
                                     {"fs.defaultFS", "hdfs://other"},
                                     {"mapreduce.job.queuename", "q"}}));
  EXPECT_EQ(one.files, (std::vector<std::string>{"f", "hdfs:///g#h"}));
  EXPECT_EQ(one.archives, (std::vector<std::string>{"a b.zip"}));
  EXPECT_EQ(one.jars, (std::vector<std::string>{"j", "k"}));
}

TEST(HadoopOptions, WhatTheUserChoosesAboutJobsKeepsSmallOnesOnTheCluster) {
  for (const auto& [key, value] : std::vector<std::pair<std::string, json>>{
           {"framework", "yarn"}, {"uber", "no"}, {"mapMemory", 512}, {"reduceMethod", "oneStage"}})
    EXPECT_FALSE(launch({{key, value}}).may_run_here) << key;
  EXPECT_TRUE(launch({{"hadoopSwitches", "-D a=b"}}).may_run_here);
}

TEST(HadoopOptions, SettingsOfTheGatewayHoldAllOfThem) {
  const auto options = hadoop_options_from_json({{"hdfsShareDir", "/share"},
                                                 {"uber", "yes"},
                                                 {"mapMemory", 512},
                                                 {"reduceMemory", 256},
                                                 {"usingRunAsUserMode", true},
                                                 {"hadoopSwitches", "-D password=secret"},
                                                 {"worker", {"python3", "-m", "w"}}});
  const auto settings = hadoop_launch(options).settings(options, "/the.jar");
  EXPECT_EQ(settings["engine"], "hadoop");
  EXPECT_EQ(settings["configuration"]["password"], "secret");
  EXPECT_EQ(settings["jar"], "/the.jar");
  EXPECT_EQ(settings["hdfsShareDir"], "/share");
  EXPECT_EQ(settings["uber"], "yes");
  EXPECT_EQ(settings["mapMemory"], 512);
  EXPECT_EQ(settings["reduceMemory"], 256);
  EXPECT_EQ(settings["runAsUserMode"], true);
  EXPECT_EQ(settings["persistent"], false);
  EXPECT_EQ(settings["worker"], (json{"python3", "-m", "w"}));
}

TEST(HadoopOptions, WrongValuesAreNamedWithTheWayOut) {
  EXPECT_TRUE(says({{"framework", "yarm"}},
                   "did you mean yarn?); use \"auto\", \"yarn\" or "
                   "\"local\""));
  EXPECT_TRUE(says({{"uber", "maybe"}}, "unknown uber: \"maybe\""));
  EXPECT_TRUE(says({{"reduceMethod", "onestage"}}, "did you mean oneStage?"));
  EXPECT_TRUE(says({{"port", "abc"}}, "port must be a whole number from 0 to 65535"));
  EXPECT_TRUE(says({{"port", 8020.5}}, "port must be"));
  EXPECT_TRUE(says({{"mapMemory", 12}}, "mapMemory must be at least 64"));
  EXPECT_TRUE(says({{"reduceMemory", -1}}, "reduceMemory must be a whole number"));
  EXPECT_TRUE(says({{"hadoopSwitches", 7}}, "hadoopSwitches must be text, is 7"));
  EXPECT_TRUE(says({{"hadoopSwitches", "-D"}}, "-D must be followed by a value"));
  EXPECT_TRUE(says({{"hadoopSwitches", "-D novalue"}}, "key=value, not novalue"));
  EXPECT_TRUE(says({{"hadoopSwitches", "-file a"}}, "did you mean -files?"));
  EXPECT_TRUE(says({{"hadoopSwitches", "-conf a.xml"}}, "HADOOP_CONF_DIR"));
  EXPECT_TRUE(says({{"hadoopSwitches", "-D 'a=b"}}, "quotation mark"));
  EXPECT_TRUE(says({{"hadoopSwitches", "-D mapreduce.job.reduces=3"}}, "use reduceMethod"));
  EXPECT_TRUE(says({{"hadoopSwitches", "-D mapreduce.framework.name=tez"}}, "yarn or local"));
  for (const auto* bytes : {"64m", "nan", "-1", "0", "", "1e6", "99999999999999999999"})
    EXPECT_TRUE(says({{"hadoopSwitches",
                       std::string("-D mapreduce.input.fileinputformat.split.maxsize=") + bytes}},
                     "split.maxsize must be a number of bytes, 1 or more"))
        << bytes;
  EXPECT_TRUE(says({{"jvmOptions", "Xmx2g"}}, "must be options of Java"));
  EXPECT_TRUE(says({{"jvmOptions", "-cp x.jar"}}, "jvmOptions"));
  EXPECT_TRUE(says({{"jvmOptions", "-jar"}}, "as -libjars"));
  EXPECT_TRUE(says({{"resultsTimeout", -3}}, "resultsTimeout"));
  EXPECT_TRUE(says({{"usingRunAsUserMode", "yes"}}, "TRUE or FALSE"));
  EXPECT_TRUE(says({{"sshHostname", "edge"}}, "RxRemote"));
  EXPECT_EQ(failure_of({{"sshHostname", "edge"}, {"onClusterNode", true}}), "");
}

}  // namespace
}  // namespace insitu
