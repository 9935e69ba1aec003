#include "contexts/hadoop_mr/preflight.hpp"

#include <unistd.h>

#include <filesystem>
#include <utility>

#include "base/error.hpp"
#include "base/hadoop_configuration.hpp"
#include "base/named.hpp"
#include "base/number_text.hpp"
#include "contexts/run_program.hpp"

namespace insitu {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kCommonJar = "hadoop-common-";

ClusterChecks& cluster_checks() {
  static ClusterChecks checks;
  return checks;
}

/// "3.5.0" of "hadoop-common-3.5.0.jar"; "" for others, tests among them.
std::string version_in(const std::string& name) {
  if (!name.starts_with(kCommonJar) || !name.ends_with(".jar")) return "";
  auto version = name.substr(kCommonJar.size(), name.size() - kCommonJar.size() - 4);
  const bool plain = !version.empty() && is_ascii_digit(version[0]) && !version.ends_with("-tests");
  return plain ? version : "";
}

/// What `hadoop classpath` prints in its last line.
std::string class_path_of(const std::string& hadoop) {
  const auto answer = run_program({hadoop, "classpath"});
  auto text = answer.output;
  while (!text.empty() && is_ascii_space(text.back())) text.pop_back();
  if (answer.status != 0 || text.empty()) return "";
  const auto line = text.rfind('\n');
  return line == std::string::npos ? text : text.substr(line + 1);
}

GatewayCheck check_hadoop(HadoopPlaces& places) {
  const std::string what = "Hadoop";
  const auto* mend =
      "let HADOOP_HOME name the Hadoop of this machine, put hadoop into PATH, or name its jars in "
      "INSITU_HADOOP_CLASSPATH (folder/*)";
  auto from = std::string("INSITU_HADOOP_CLASSPATH");
  places.class_path = environment_variable("INSITU_HADOOP_CLASSPATH");
  if (places.class_path.empty()) {
    const auto home = environment_variable("HADOOP_HOME");
    const auto program = home.empty() ? program_of_path("hadoop") : home + "/bin/hadoop";
    if (program.empty())
      return failed_check(
          what, "Hadoop was not found: HADOOP_HOME is not set and no hadoop is in PATH", mend);
    if (!program.starts_with('/') || ::access(program.c_str(), X_OK) != 0)
      return failed_check(what, "HADOOP_HOME=" + home + " has no bin/hadoop that can be run", mend);
    from = program;
    places.class_path = class_path_of(program);
    if (places.class_path.empty())
      return failed_check(what, program + " classpath tells no class path", mend);
  }
  places.version = hadoop_version_of(places.class_path);
  if (places.version.empty())
    return failed_check(what,
                        "the class path of " + from +
                            " has no hadoop-common-*.jar: " + places.class_path.substr(0, 200),
                        mend);
  const auto leading = leading_number(places.version);
  if (const double number = leading ? leading->value : 0; number < 3.3 || number >= 4)
    return failed_check(
        what, from + " is version " + places.version + ", which `RxHadoopMR` does not know"_named,
        "use a Hadoop of version 3.3 to 3.5");
  return passed_check(what, "version " + places.version + ", of " + from);
}

/// Of the user's choice, else of a folder of the configuration.
std::string framework_of(const HadoopLaunch& launch, const std::string& conf) {
  auto framework = launch.framework;
  if (framework.empty() && !conf.empty())
    framework = HadoopConfiguration::of_folder(conf, {"core-site.xml", "mapred-site.xml"})
                    .get("mapreduce.framework.name", "");
  return framework.empty() ? "local" : framework;  // as Hadoop has it
}

GatewayCheck check_configuration(const HadoopLaunch& launch, HadoopPlaces& places) {
  const std::string what = "configuration";
  places.conf = hadoop_conf_folder();
  std::error_code failure;
  if (!places.conf.empty() && !fs::is_directory(places.conf, failure))
    return failed_check(what, "HADOOP_CONF_DIR=" + places.conf + " is no folder",
                        "let HADOOP_CONF_DIR name the folder of the cluster's configuration");
  try {
    places.framework = framework_of(launch, places.conf);
  } catch (const Error& unreadable) {
    return failed_check(what, unreadable.what(), "mend it: Hadoop cannot read it either");
  }
  if (places.framework != "yarn" && places.framework != "local")
    return failed_check(what,
                        "mapreduce.framework.name is " + places.framework + " in " + places.conf +
                            "/mapred-site.xml",
                        "set it to yarn, or choose `framework`: \"yarn\" or \"local\""_named);
  if (places.framework == "yarn" && places.conf.empty())
    return failed_check(what, "`framework` is \"yarn\", but HADOOP_CONF_DIR is not set"_named,
                        "let HADOOP_CONF_DIR name the folder of the cluster's yarn-site.xml, or "
                        "use `framework`: \"local\""_named);
  return passed_check(
      what, (places.conf.empty() ? "none, so Hadoop's own defaults" : places.conf) + "; jobs run " +
                (places.framework == "yarn" ? "on YARN" : "in Hadoop's local runner"));
}

}  // namespace

std::string hadoop_conf_folder() {
  if (auto folder = environment_variable("HADOOP_CONF_DIR"); !folder.empty()) return folder;
  std::error_code failure;
  if (const auto home = environment_variable("HADOOP_HOME"); !home.empty())
    if (auto folder = home + "/etc/hadoop"; fs::is_directory(folder, failure)) return folder;
  return fs::is_directory("/etc/hadoop/conf", failure) ? "/etc/hadoop/conf" : "";
}

std::string hadoop_version_of(const std::string& class_path) {
  for (std::size_t begin = 0, end = 0; end != std::string::npos; begin = end + 1) {
    end = class_path.find(':', begin);
    const auto entry = class_path.substr(begin, end - begin);
    if (!entry.ends_with("/*")) {
      if (auto version = version_in(fs::path(entry).filename().string()); !version.empty())
        return version;
      continue;
    }
    std::error_code failure;
    for (const auto& file : fs::directory_iterator(entry.substr(0, entry.size() - 2), failure))
      if (auto version = version_in(file.path().filename().string()); !version.empty())
        return version;
  }
  return "";
}

void set_cluster_checks(ClusterChecks checks) { cluster_checks() = std::move(checks); }

std::vector<GatewayCheck> hadoop_checks(const HadoopOptions& options, HadoopPlaces* places) {
  HadoopPlaces local;
  auto& found = places ? *places : local;
  const auto launch = hadoop_launch(options);
  std::vector<GatewayCheck> checks = {check_java("`RxHadoopMR`"_named, found.java),
                                      check_hadoop(found), check_configuration(launch, found),
                                      check_jvm_jar(found.jar)};
  const bool configured = checks[2].ok;
  checks.push_back(check_folder(
      "clientShareDir", options.client_share_dir.empty() ? "/tmp" : options.client_share_dir));
  if (configured && cluster_checks())
    for (auto& check : cluster_checks()(options, launch, found)) checks.push_back(std::move(check));
  return checks;
}

std::string hadoop_framework(const HadoopOptions& options) {
  return framework_of(hadoop_launch(options), hadoop_conf_folder());
}

HadoopPlaces require_hadoop(const HadoopOptions& options) {
  HadoopPlaces places;
  for (const auto& check : hadoop_checks(options, &places))
    if (!check.ok) throw InvalidArgument("`RxHadoopMR`: "_named + check.found + "; " + check.mend);
  return places;
}

}  // namespace insitu
