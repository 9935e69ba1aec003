#include "contexts/spark/options.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <thread>

#include "base/error.hpp"
#include "base/named.hpp"
#include "base/number_text.hpp"
#include "base/suggest.hpp"
#include "contexts/gateway/configured_file_system.hpp"
#include "contexts/gateway/option_reader.hpp"
#include "contexts/shell_words.hpp"

namespace insitu {

using nlohmann::json;

namespace {

constexpr int kAsManyAsThereAre = 65535;
constexpr const char* kPieceBytes = "67108864";  // 64 MiB: part of the plan, never of the cluster

/// What the plan of the data rests on must not be changed from outside.
void check_extra(const std::vector<std::string>& words) {
  for (const auto& word : words) {
    const auto setting = word.starts_with("--conf=") ? word.substr(7) : word;
    if (setting.starts_with("spark.sql.files.max") || setting.starts_with("spark.sql.files.open"))
      throw InvalidArgument("`RxSpark`: `extraSparkConfig` cannot set "_named +
                            setting.substr(0, setting.find('=')) +
                            ": the pieces of files decide the order of the rows; leave it out");
    if (setting.starts_with("spark.submit.deployMode") || word == "--deploy-mode" ||
        word.starts_with("--deploy-mode="))
      throw InvalidArgument(
          "`RxSpark`: `extraSparkConfig` cannot set the deploy mode: the driver runs beside the "_named
          "client; leave it out");
    if (word == "--master" || word.starts_with("--master="))
      throw InvalidArgument(
          "`RxSpark`: `extraSparkConfig` cannot set --master: use the argument master"_named);
    if (word == "--class" || word.starts_with("--class=") || word == "--name")
      throw InvalidArgument("`RxSpark`: `extraSparkConfig` cannot set "_named + word +
                            ": leave it out");
  }
}

using Settings = std::vector<std::pair<std::string, std::string>>;

/// "--conf key=value" and "--conf=key=value" become settings, the rest is kept as it is.
void split_settings(const std::vector<std::string>& words, Settings& settings,
                    std::vector<std::string>& other_words) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    const bool joined = words[i].starts_with("--conf=");
    const bool separate = words[i] == "--conf" && i + 1 < words.size();
    const auto setting = joined ? words[i].substr(7) : separate ? words[i + 1] : std::string();
    const auto at = setting.find('=');
    if (at == std::string::npos || at == 0) {
      other_words.push_back(words[i]);
      continue;
    }
    settings.emplace_back(setting.substr(0, at), setting.substr(at + 1));
    if (separate) ++i;
  }
}

/// Takes a setting out: " its value", or "" if it is not there.
std::string take(Settings& settings, const std::string& key) {
  std::string value;
  for (const auto& [name, text] : settings)
    if (name == key) value += " " + text;
  std::erase_if(settings, [&](const auto& setting) { return setting.first == key; });
  return value;
}

std::string environment(const char* name, const std::string& otherwise = "") {
  const char* value = std::getenv(name);
  return value && *value ? value : otherwise;
}

std::string host_name() {
  char name[256] = {};
  return ::gethostname(name, sizeof name - 1) == 0 && *name ? name : "localhost";
}

bool is_loopback(const std::string& url) {
  for (const auto* host : {"//127.", "//localhost", "//[::1]"})
    if (url.find(host) != std::string::npos) return true;
  return false;
}

/// local[n] never repeats a lost task: its limit is one failure (spark.md, 6).
std::string with_attempts(const std::string& master, std::vector<std::string>& notes) {
  if (!master.starts_with("local[") || master.back() != ']' ||
      master.find(',') != std::string::npos)
    return master;
  auto repaired = master.substr(0, master.size() - 1) + ",4]";
  notes.push_back("master \"" + master + "\" is used as \"" + repaired +
                  "\", so that a task that is lost with its worker is computed again");
  return repaired;
}

}  // namespace

const std::vector<std::string>& spark_option_keys() {
  static const std::vector<std::string> kKeys = {"master",
                                                 "hdfsShareDir",
                                                 "shareDir",
                                                 "clientShareDir",
                                                 "sshUsername",
                                                 "sshHostname",
                                                 "sshSwitches",
                                                 "sshProfileScript",
                                                 "sshClientDir",
                                                 "nameNode",
                                                 "jobTrackerURL",
                                                 "port",
                                                 "onClusterNode",
                                                 "wait",
                                                 "numExecutors",
                                                 "executorCores",
                                                 "executorMem",
                                                 "driverMem",
                                                 "executorOverheadMem",
                                                 "extraSparkConfig",
                                                 "persistentRun",
                                                 "sparkReduceMethod",
                                                 "idleTimeout",
                                                 "suppressWarning",
                                                 "consoleOutput",
                                                 "showOutputWhileWaiting",
                                                 "autoCleanup",
                                                 "workingDir",
                                                 "fileSystem",
                                                 "packagesToLoad",
                                                 "resultsTimeout",
                                                 "tmpFSWorkDir",
                                                 "interop",
                                                 "session",
                                                 "sparkHome",
                                                 "worker",
                                                 "languages",
                                                 "numCoresToUse",
                                                 "user"};
  return kKeys;
}

SparkOptions spark_options_from_json(const json& description) {
  SparkOptions o;
  const OptionReader reader(description, "`RxSpark`"_named);
  reader.read("master", o.master);
  reader.read("nameNode", o.name_node);
  reader.read("port", o.port, 0, 65535);
  reader.read("numExecutors", o.num_executors, 1, kAsManyAsThereAre);
  reader.read("executorCores", o.executor_cores, 1, 4096);
  for (const auto& [key, to] : std::initializer_list<std::pair<const char*, std::string*>>{
           {"executorMem", &o.executor_mem},
           {"driverMem", &o.driver_mem},
           {"executorOverheadMem", &o.executor_overhead_mem}}) {
    reader.read(key, *to);
    reader.check_memory(key, *to);
  }
  reader.read("extraSparkConfig", o.extra_spark_config);
  check_extra(shell_words(o.extra_spark_config, "`RxSpark`: `extraSparkConfig`"_named));
  reader.read("sparkReduceMethod", o.reduce_method, {"auto", "oneStage", "twoStage"});
  reader.read("shareDir", o.share_dir);
  reader.read("hdfsShareDir", o.hdfs_share_dir);
  reader.read("clientShareDir", o.client_share_dir);
  reader.read("tmpFSWorkDir", o.tmp_fs_work_dir);
  reader.read("jobTrackerURL", o.job_tracker_url);
  reader.read("persistentRun", o.persistent_run);
  reader.read("idleTimeout", o.idle_timeout);
  reader.read("suppressWarning", o.suppress_warning);
  reader.read("consoleOutput", o.console_output);
  reader.read("sparkHome", o.spark_home);
  reader.read("session", o.session);
  reader.read("worker", o.worker);
  reader.read("languages", o.languages);
  std::string ssh;
  reader.read("sshHostname", ssh);
  if (!ssh.empty() && description.value("onClusterNode", json()) != true)
    throw Unsupported("`RxSpark`: `sshHostname` is '"_named + ssh +
                      "', but the driver runs on this machine only; run the script on a node of "
                      "the cluster, or leave `sshHostname` out"_named);
  if (o.master.empty())
    reader.wrong("master", "\"yarn\", \"standalone\", \"local\" or a URL", o.master);
  if (o.master.starts_with("mesos:"))
    throw Unsupported("`RxSpark`: master \""_named + o.master +
                      "\" cannot be used: Spark itself has given up Mesos; use \"yarn\", "
                      "\"standalone\" or \"local\"");
  static const std::vector<std::string> kMasters = {"yarn", "standalone", "local"};
  if (std::find(kMasters.begin(), kMasters.end(), o.master) == kMasters.end() &&
      !o.master.starts_with("local[") && !o.master.starts_with("local-cluster[") &&
      !o.master.starts_with("spark://") && !o.master.starts_with("k8s://"))
    throw InvalidArgument("`RxSpark`: unknown master: \""_named + o.master + "\"" +
                          did_you_mean(o.master, kMasters) +
                          "; use \"yarn\", \"standalone\", \"local\" or a URL such as "
                          "\"spark://host:7077\"");
  return o;
}

SparkLaunch spark_launch(const SparkOptions& o) {
  SparkLaunch launch;
  Settings settings;
  const auto set = [&](std::string key, std::string value) {
    settings.emplace_back(std::move(key), std::move(value));
  };
  const auto note = [&](const char* argument, const char* why) {
    launch.notes.push_back("`RxSpark`: "_named + named(argument) + " means nothing with master \"" +
                           o.master + "\": " + why);
  };

  const bool limited = o.num_executors != kAsManyAsThereAre;
  if (o.master == "local" || o.master.starts_with("local[")) {
    const auto cores = std::max(1U, std::thread::hardware_concurrency());
    launch.master = o.master == "local" ? "local[" + std::to_string(cores) + ",4]"
                                        : with_attempts(o.master, launch.notes);
    launch.loopback = true;
    if (limited) note("numExecutors", "all tasks run in one process");
  } else if (o.master == "yarn") {
    launch.master = "yarn";
    if (limited) {
      set("spark.executor.instances", std::to_string(o.num_executors));
    } else {
      set("spark.dynamicAllocation.enabled", "true");
      set("spark.dynamicAllocation.shuffleTracking.enabled", "true");
    }
  } else {
    launch.master = o.master;
    if (o.master == "standalone")
      launch.master = "spark://" + environment("SPARK_MASTER_HOST", host_name()) + ":" +
                      environment("SPARK_MASTER_PORT", "7077");
    launch.loopback = launch.master.starts_with("local-cluster[") || is_loopback(launch.master);
    if (limited)
      set("spark.cores.max",
          std::to_string(static_cast<long long>(o.num_executors) * o.executor_cores));
  }
  const bool one_process = launch.master.starts_with("local[");
  if (!one_process) {
    if (!launch.master.starts_with("local-cluster["))
      set("spark.executor.cores", std::to_string(o.executor_cores));
    set("spark.executor.memory", o.executor_mem);
    set("spark.executor.memoryOverhead", o.executor_overhead_mem);
  }
  if (!o.name_node.empty() && o.name_node != "default") {
    auto uri = o.name_node.find("://") == std::string::npos ? "hdfs://" + o.name_node : o.name_node;
    if (o.port > 0 && uri.starts_with("hdfs://")) uri += ":" + std::to_string(o.port);
    set("spark.hadoop.fs.defaultFS", uri);
  } else if (launch.loopback) {
    set("spark.hadoop.fs.defaultFS", "file:///");
    if (const auto other = configured_file_system())
      set(std::string("spark.hadoop.") + kConfiguredFileSystemKey, *other);
  }
  if (!o.tmp_fs_work_dir.empty()) set("spark.executorEnv.INSITU_TMPFS", o.tmp_fs_work_dir);
  set("spark.ui.enabled", o.job_tracker_url.empty() ? "false" : "true");
  set("spark.ui.showConsoleProgress", "false");
  // With the two sizes equal a partition is one piece of a file of constant length, so that the
  // plan rests on the data alone (spark.md, 5).
  set("spark.sql.files.maxPartitionBytes", kPieceBytes);
  set("spark.sql.files.openCostInBytes", kPieceBytes);
  if (launch.loopback) {
    set("spark.driver.host", "127.0.0.1");
    set("spark.driver.bindAddress", "127.0.0.1");
    launch.environment.emplace_back("SPARK_LOCAL_IP", "127.0.0.1");
  }

  // Spark reads times of ORC in the zone of the machine; ours are UTC.
  Settings extra;
  split_settings(shell_words(o.extra_spark_config, "`RxSpark`: `extraSparkConfig`"_named), extra,
                 launch.other_words);
  for (const auto* key : {"spark.driver.extraJavaOptions", "spark.executor.extraJavaOptions"})
    set(key, "-Duser.timezone=UTC" + take(extra, key));
  set("spark.sql.session.timeZone", "UTC");

  // Spark's ports are open to every user of the machine (or the network): nobody without the secret
  // is served. Spark makes one itself where it starts the executors; the master of a standalone
  // cluster must know it, so there it is the user's to give.
  const auto has = [&](const char* key) {
    return std::any_of(extra.begin(), extra.end(),
                       [&](const auto& setting) { return setting.first == key; });
  };
  const bool makes_secret = launch.master.starts_with("local[") || launch.master == "yarn" ||
                            launch.master.starts_with("k8s://");
  if (!has("spark.authenticate") && (makes_secret || has("spark.authenticate.secret")))
    set("spark.authenticate", "true");

  launch.arguments = {"--master",        launch.master, "--deploy-mode", "client",
                      "--name",          "insitu",      "--class",       "org.insitu.spark.Gateway",
                      "--driver-memory", o.driver_mem};
  for (const auto* part : {&settings, &extra})
    for (const auto& [key, value] : *part) {
      launch.arguments.push_back("--conf");
      launch.arguments.push_back(key + "=" + value);
    }
  launch.arguments.insert(launch.arguments.end(), launch.other_words.begin(),
                          launch.other_words.end());
  launch.settings = std::move(settings);
  launch.settings.emplace_back("spark.driver.memory", o.driver_mem);
  launch.settings.insert(launch.settings.end(), extra.begin(), extra.end());
  launch.key = launch.master;
  for (const auto& argument : launch.arguments) launch.key += '\n' + argument;
  // Which cluster "yarn" is, and for whom, the environment says.
  if (launch.master == "yarn")
    for (const auto* name : {"YARN_CONF_DIR", "HADOOP_CONF_DIR", "HADOOP_USER_NAME"})
      launch.key += std::string("\n") + name + "=" + environment(name, "");
  launch.key += '\n' + o.share_dir + '\n' + general_text(o.idle_timeout, 15);
  return launch;
}

}  // namespace insitu
