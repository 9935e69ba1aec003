#include "contexts/hadoop_mr/options.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <system_error>
#include <utility>

#include "base/error.hpp"
#include "base/named.hpp"
#include "base/suggest.hpp"
#include "contexts/gateway/configured_file_system.hpp"
#include "contexts/gateway/option_reader.hpp"
#include "contexts/shell_words.hpp"

namespace insitu {

using nlohmann::json;

namespace {

constexpr const char* kFrameworkKey = "mapreduce.framework.name";
constexpr const char* kBytesOfTaskKey = "mapreduce.input.fileinputformat.split.maxsize";
constexpr const char* kFileSystemKey = "fs.defaultFS";
constexpr int kLeastMemory = 64, kMostMemory = 1 << 20;

void add_items(const std::string& list, std::vector<std::string>& to) {
  for (std::size_t begin = 0, end = 0; end != std::string::npos; begin = end + 1) {
    end = list.find(',', begin);
    if (const auto item = list.substr(begin, end - begin); !item.empty()) to.push_back(item);
  }
}

/// As Hadoop reads a long; nothing for what is none, and for 0, which would be no task's.
std::optional<std::uint64_t> bytes_of(const std::string& text) {
  std::int64_t bytes = 0;
  const auto* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, bytes);
  if (error != std::errc() || at != end || bytes < 1) return std::nullopt;
  return static_cast<std::uint64_t>(bytes);
}

/// "key=value" of -D.
void add_setting(const std::string& setting, HadoopLaunch& launch) {
  const auto at = setting.find('=');
  if (at == std::string::npos || at == 0)
    throw InvalidArgument(
        "`RxHadoopMR`: `hadoopSwitches`: -D must be followed by key=value, not "_named + setting);
  auto key = setting.substr(0, at);
  auto value = setting.substr(at + 1);
  if (key == kFrameworkKey && value != "yarn" && value != "local")
    throw InvalidArgument("`RxHadoopMR`: `hadoopSwitches`: "_named + key +
                          " must be yarn or local, is " + value);
  if (key == "mapreduce.job.reduces" || key == "mapreduce.job.maps")
    throw InvalidArgument("`RxHadoopMR`: `hadoopSwitches` cannot set "_named + key +
                          ": the data decide how many tasks there are; use `reduceMethod`"_named);
  if (key == kBytesOfTaskKey) {
    const auto bytes = bytes_of(value);
    if (!bytes)
      throw InvalidArgument("`RxHadoopMR`: `hadoopSwitches`: "_named + key +
                            " must be a number of bytes, 1 or more, in digits, is " + value);
    launch.bytes_of_task = *bytes;
  }
  launch.configuration[std::move(key)] = std::move(value);
}

/// The generic options of Hadoop's commands.
void read_switches(const std::vector<std::string>& words, HadoopLaunch& launch) {
  static const std::vector<std::string> kKnown = {"-D",  "-files", "-archives", "-libjars",
                                                  "-fs", "-jt",    "-conf"};
  for (std::size_t i = 0; i < words.size(); ++i) {
    auto name = words[i];
    if (name.starts_with("--")) name.erase(0, 1);
    if (name.starts_with("-D") && name.size() > 2) {
      add_setting(name.substr(2), launch);
      continue;
    }
    if (std::ranges::find(kKnown, name) == kKnown.end())
      throw InvalidArgument("`RxHadoopMR`: `hadoopSwitches`: unknown switch: "_named + words[i] +
                            did_you_mean(name, kKnown) +
                            "; known are -D key=value, -files, -archives, -libjars, -fs and -jt");
    if (i + 1 == words.size())
      throw InvalidArgument("`RxHadoopMR`: `hadoopSwitches`: "_named + name +
                            " must be followed by a value");
    const auto& value = words[++i];
    if (name == "-D") {
      add_setting(value, launch);
    } else if (name == "-files") {
      add_items(value, launch.files);
    } else if (name == "-archives") {
      add_items(value, launch.archives);
    } else if (name == "-libjars") {
      add_items(value, launch.jars);
    } else if (name == "-fs") {
      launch.configuration[kFileSystemKey] = value;
    } else if (name == "-jt") {
      launch.configuration[kFrameworkKey] = value == "local" ? "local" : "yarn";
      if (value != "local") launch.configuration["yarn.resourcemanager.address"] = value;
    } else {
      throw InvalidArgument(
          "`RxHadoopMR`: `hadoopSwitches` cannot have -conf: let HADOOP_CONF_DIR name the folder of "_named
          "the configuration, or use -D key=value");
    }
  }
}

/// What starts Java and its program is ours.
void check_java_options(const std::vector<std::string>& words) {
  for (const auto& word : words) {
    if (!word.starts_with('-'))
      throw InvalidArgument(
          "`RxHadoopMR`: `jvmOptions` must be options of Java such as \"-Xmx2g\", not "_named +
          word);
    for (const auto* ours : {"-cp", "-classpath", "--class-path", "-jar", "-version", "--version"})
      if (word == ours || word.starts_with(std::string(ours) + "="))
        throw InvalidArgument("`RxHadoopMR`: `jvmOptions` cannot have "_named + word +
                              ": jars go into `hadoopSwitches`, as -libjars"_named);
  }
}

}  // namespace

const std::vector<std::string>& hadoop_option_keys() {
  static const std::vector<std::string> kKeys = {"hdfsShareDir",
                                                 "shareDir",
                                                 "clientShareDir",
                                                 "hadoopRPath",
                                                 "hadoopSwitches",
                                                 "revoPath",
                                                 "sshUsername",
                                                 "sshHostname",
                                                 "sshSwitches",
                                                 "sshProfileScript",
                                                 "sshClientDir",
                                                 "usingRunAsUserMode",
                                                 "nameNode",
                                                 "jobTrackerURL",
                                                 "port",
                                                 "onClusterNode",
                                                 "wait",
                                                 "consoleOutput",
                                                 "showOutputWhileWaiting",
                                                 "autoCleanup",
                                                 "workingDir",
                                                 "fileSystem",
                                                 "packagesToLoad",
                                                 "resultsTimeout",
                                                 "framework",
                                                 "jvmOptions",
                                                 "mapMemory",
                                                 "reduceMemory",
                                                 "uber",
                                                 "reduceMethod",
                                                 "worker",
                                                 "languages",
                                                 "numCoresToUse",
                                                 "user"};
  return kKeys;
}

HadoopOptions hadoop_options_from_json(const json& description) {
  HadoopOptions o;
  const OptionReader reader(description, "`RxHadoopMR`"_named);
  reader.read("framework", o.framework, {"auto", "yarn", "local"});
  reader.read("nameNode", o.name_node);
  reader.read("port", o.port, 0, 65535);
  reader.read("hadoopSwitches", o.hadoop_switches);
  reader.read("hdfsShareDir", o.hdfs_share_dir);
  reader.read("shareDir", o.share_dir);
  reader.read("clientShareDir", o.client_share_dir);
  reader.read("jvmOptions", o.jvm_options);
  for (const auto& [key, to] : std::initializer_list<std::pair<const char*, int*>>{
           {"mapMemory", &o.map_memory}, {"reduceMemory", &o.reduce_memory}}) {
    reader.read(key, *to, 0, kMostMemory);
    if (*to != 0 && *to < kLeastMemory)
      reader.wrong(key, "at least " + std::to_string(kLeastMemory) + " (megabytes), or 0", *to);
  }
  reader.read("uber", o.uber, {"auto", "yes", "no"});
  reader.read("reduceMethod", o.reduce_method, {"auto", "none", "oneStage", "twoStage"});
  reader.read("usingRunAsUserMode", o.run_as_user_mode);
  reader.read("consoleOutput", o.console_output);
  reader.read("resultsTimeout", o.results_timeout);
  if (!(o.results_timeout >= 0))
    reader.wrong("resultsTimeout", "a number of seconds, 0 or more", o.results_timeout);
  reader.read("worker", o.worker);
  reader.read("languages", o.languages);
  std::string ssh;
  reader.read("sshHostname", ssh);
  if (!ssh.empty() && description.value("onClusterNode", json()) != true)
    throw Unsupported("`RxHadoopMR`: `sshHostname` is '"_named + ssh +
                      "', but jobs are submitted from this machine; give this context, without "
                      "`sshHostname`, as the `context` of `RxRemote` with that host, or run the "
                      "script on a node of the cluster"_named);
  (void)hadoop_launch(o);
  return o;
}

HadoopLaunch hadoop_launch(const HadoopOptions& o) {
  HadoopLaunch launch;
  auto& set = launch.configuration;
  if (o.framework != "auto") set[kFrameworkKey] = o.framework;
  if (!o.name_node.empty() && o.name_node != "default") {
    auto uri = o.name_node.find("://") == std::string::npos ? "hdfs://" + o.name_node : o.name_node;
    if (o.port > 0 && uri.starts_with("hdfs://")) uri.append(":").append(std::to_string(o.port));
    set[kFileSystemKey] = std::move(uri);
  } else if (o.framework == "local") {
    set[kFileSystemKey] = "file:///";
    if (auto other = configured_file_system()) set[kConfiguredFileSystemKey] = std::move(*other);
  }
  read_switches(shell_words(o.hadoop_switches, "`RxHadoopMR`: `hadoopSwitches`"_named), launch);
  launch.java = shell_words(o.jvm_options, "`RxHadoopMR`: `jvmOptions`"_named);
  check_java_options(launch.java);
  launch.framework = set.value(kFrameworkKey, "");
  launch.may_run_here = launch.framework.empty() && o.uber == "auto" && o.map_memory == 0 &&
                        o.reduce_memory == 0 && o.reduce_method == "auto";
  return launch;
}

json HadoopLaunch::settings(const HadoopOptions& o, const std::string& jar) const {
  return {{"engine", "hadoop"},
          {"configuration", configuration},
          {"files", files},
          {"archives", archives},
          {"jars", jars},
          {"hdfsShareDir", o.hdfs_share_dir},
          {"jar", jar},
          {"uber", o.uber},
          {"reduceMethod", o.reduce_method},
          {"mapMemory", o.map_memory},
          {"reduceMemory", o.reduce_memory},
          {"persistent", false},
          {"idleTimeout", -1},
          {"resultsTimeout", o.results_timeout},
          {"jobTag", ""},
          {"worker", o.worker},
          {"runAsUserMode", o.run_as_user_mode}};
}

}  // namespace insitu
