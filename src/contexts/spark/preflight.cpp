#include "contexts/spark/preflight.hpp"

#include <unistd.h>

#include <filesystem>
#include <optional>
#include <sstream>

#include "base/error.hpp"
#include "base/hadoop_configuration.hpp"
#include "base/named.hpp"
#include "base/number_text.hpp"
#include "contexts/run_program.hpp"

namespace insitu {

namespace fs = std::filesystem;

namespace {

/// The folder of the pyspark that python3 imports; "" without one. Isolated: neither the current
/// folder nor PYTHONPATH is looked into.
std::string home_of_pyspark() {
  for (const auto* name : {"python3", "python"}) {
    const auto python = program_of_path(name);
    if (python.empty()) continue;
    const auto answer = run_program({python, "-I", "-c",
                                     "import importlib.util as u; s = u.find_spec('pyspark'); "
                                     "print(list(s.submodule_search_locations)[0] if s else '')"});
    if (answer.status != 0) continue;
    auto path = answer.output;
    while (!path.empty() && is_ascii_space(path.back())) path.pop_back();
    if (path.starts_with('/')) return path;
  }
  return "";
}

GatewayCheck check_spark(const SparkOptions& options, SparkPlaces& places) {
  const auto* mend = "set SPARK_HOME to a Spark of version 3.5 to 4.3, or pip install pyspark";
  auto from = std::string("SPARK_HOME=");
  places.spark_home = environment_variable("SPARK_HOME");
  if (places.spark_home.empty() && !options.spark_home.empty()) {
    from = "pyspark in ";
    places.spark_home = options.spark_home;
  }
  if (places.spark_home.empty()) {
    from = "pyspark in ";
    places.spark_home = home_of_pyspark();
  }
  if (places.spark_home.empty())
    return failed_check(
        "Spark", "Spark was not found: SPARK_HOME is not set and no pyspark is installed", mend);
  if (!places.spark_home.starts_with('/'))
    return failed_check("Spark",
                        from + places.spark_home +
                            " is no full path, and what it names depends on the "
                            "current folder",
                        "name the folder in full");
  if (::access((places.spark_home + "/bin/spark-submit").c_str(), R_OK) != 0)
    return failed_check("Spark", from + places.spark_home + " has no bin/spark-submit", mend);
  places.version = spark_version_of(places.spark_home);
  if (places.version.empty())
    return failed_check("Spark", from + places.spark_home + " has no jars/spark-core_*.jar", mend);
  const auto leading = leading_number(places.version);
  const double number = leading ? leading->value : 0;
  if (number < 3.5 || number >= 5)
    return failed_check("Spark",
                        from + places.spark_home + " is version " + places.version +
                            ", which `RxSpark` does not know"_named,
                        mend);
  return passed_check("Spark", "version " + places.version + ", " + from + places.spark_home);
}

/// "host:port" of "spark://host:port,host2:port2".
std::vector<std::pair<std::string, std::string>> hosts_of(const std::string& url) {
  std::vector<std::pair<std::string, std::string>> hosts;
  std::stringstream rest(url.substr(url.find("//") + 2));  // locale: texts
  for (std::string one; std::getline(rest, one, ',');) {
    const auto colon = one.rfind(':');
    if (colon == std::string::npos)
      hosts.emplace_back(one, "7077");
    else
      hosts.emplace_back(one.substr(0, colon), one.substr(colon + 1));
  }
  return hosts;
}

GatewayCheck check_master(const std::string& master) {
  std::string failures;
  for (const auto& [host, port] : hosts_of(master)) {
    const auto failure = cannot_connect(host, port);
    if (failure.empty()) return passed_check("master", host + ":" + port + " answers");
    failures += (failures.empty() ? "" : ", ") + host + ":" + port + " (" + failure + ")";
  }
  return failed_check(
      "master", "no Spark master answers at " + failures,
      "start it, or correct the argument master (\"" + master +
          "\"); for \"standalone\" SPARK_MASTER_HOST and SPARK_MASTER_PORT say where it is");
}

GatewayCheck check_yarn() {
  auto folder = environment_variable("YARN_CONF_DIR");
  if (folder.empty()) folder = environment_variable("HADOOP_CONF_DIR");
  if (folder.empty())
    return failed_check(
        "YARN", "master is \"yarn\", but HADOOP_CONF_DIR is not set",
        "let HADOOP_CONF_DIR name the folder of the cluster's yarn-site.xml, or use "
        "master \"local\"");
  const auto file = folder + "/yarn-site.xml";
  if (::access(file.c_str(), R_OK) != 0)
    return failed_check("YARN", "HADOOP_CONF_DIR=" + folder + " holds no yarn-site.xml",
                        "let HADOOP_CONF_DIR name the folder of the cluster's configuration");
  std::optional<std::string> address;
  try {
    const auto found = HadoopConfiguration::of_folder(folder, {"core-site.xml", "yarn-site.xml"});
    address = found.get("yarn.resourcemanager.address");
    if (!address)
      if (const auto host = found.get("yarn.resourcemanager.hostname")) address = *host + ":8032";
  } catch (const Error& unreadable) {
    return failed_check("YARN", unreadable.what(), "mend it: Hadoop cannot read it either");
  }
  if (!address || address->find("${") != std::string::npos)
    return passed_check("YARN", file + " (the address of the resource manager is not in it)");
  const auto colon = address->rfind(':');
  const auto host = address->substr(0, colon);
  const auto port = colon == std::string::npos ? "8032" : address->substr(colon + 1);
  if (const auto failure = cannot_connect(host, port); !failure.empty())
    return failed_check(
        "YARN", "no resource manager answers at " + host + ":" + port + " (" + failure + ")",
        "start it, or correct yarn.resourcemanager.address in " + file);
  return passed_check("YARN", "resource manager at " + host + ":" + port);
}

}  // namespace

std::string spark_version_of(const std::string& spark_home) {
  std::error_code failure;
  for (const auto& entry : fs::directory_iterator(spark_home + "/jars", failure)) {
    const auto name = entry.path().filename().string();
    if (!name.starts_with("spark-core_") || !name.ends_with(".jar")) continue;
    const auto dash = name.find('-', 11);
    if (dash != std::string::npos) return name.substr(dash + 1, name.size() - dash - 5);
  }
  return "";
}

std::vector<GatewayCheck> spark_checks(const SparkOptions& options, SparkPlaces* places) {
  SparkPlaces local;
  auto& found = places ? *places : local;
  std::vector<GatewayCheck> checks = {check_java("`RxSpark`"_named, found.java),
                                      check_spark(options, found), check_jvm_jar(found.jar)};
  const auto launch = spark_launch(options);
  if (launch.master == "yarn") checks.push_back(check_yarn());
  if (launch.master.starts_with("spark://")) checks.push_back(check_master(launch.master));
  if (!options.share_dir.empty()) checks.push_back(check_folder("shareDir", options.share_dir));
  checks.push_back(check_folder(
      "clientShareDir", options.client_share_dir.empty() ? "/tmp" : options.client_share_dir));
  return checks;
}

SparkPlaces require_spark(const SparkOptions& options) {
  SparkPlaces places;
  for (const auto& check : spark_checks(options, &places))
    if (!check.ok) throw InvalidArgument("`RxSpark`: "_named + check.found + "; " + check.mend);
  return places;
}

}  // namespace insitu
