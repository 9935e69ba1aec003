#include "contexts/spark/preflight.hpp"

#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <regex>
#include <sstream>

#include "base/error.hpp"
#include "base/find_worker.hpp"
#include "base/named.hpp"
#include "base/number_text.hpp"
#include "contexts/run_program.hpp"

namespace insitu {

namespace fs = std::filesystem;

namespace {

constexpr int kLeastJava = 17;
constexpr double kLeastSpace = 64.0 * (1 << 20);

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

SparkCheck passed(std::string what, std::string found) {
  return {std::move(what), true, std::move(found), ""};
}
SparkCheck failed(std::string what, std::string found, std::string mend) {
  return {std::move(what), false, std::move(found), std::move(mend)};
}

/// 17 of 'openjdk version "17.0.15" ...', 8 of '"1.8.0_402"'; 0: nothing of the kind.
int java_version(const std::string& text) {
  std::smatch found;
  if (!std::regex_search(text, found, std::regex("version \"(?:1\\.)?([0-9]{1,3})"))) return 0;
  return static_cast<int>(number_of_text(found[1].str()).value_or(0));
}

/// A program of PATH, in folders that are named in full: what lies in the current folder is data,
/// and is never run. "" without one.
std::string program_of_path(const std::string& name) {
  const auto path = environment("PATH");
  for (std::size_t begin = 0, end = 0; end != std::string::npos; begin = end + 1) {
    end = path.find(':', begin);
    const auto folder = path.substr(begin, end - begin);
    if (!folder.starts_with('/')) continue;
    auto program = folder + "/" + name;
    std::error_code none;
    if (fs::is_regular_file(program, none) && ::access(program.c_str(), X_OK) == 0) return program;
  }
  return "";
}

SparkCheck check_java(SparkPlaces& places) {
  const auto home = environment("JAVA_HOME");
  places.java = home.empty() ? program_of_path("java") : home + "/bin/java";
  const auto answer =
      places.java.empty() ? ProgramAnswer{} : run_program({places.java, "-version"});
  const auto where = home.empty() ? std::string("of PATH") : "of JAVA_HOME=" + home;
  const auto* mend = "install Java 17 (Debian: openjdk-17-jre-headless) and let JAVA_HOME name it";
  if (!answer.started || answer.status == 127)
    return failed("Java", "`RxSpark` needs Java 17 or newer; there is no java "_named + where,
                  mend);
  const int version = java_version(answer.output);
  if (version < kLeastJava)
    return failed(
        "Java",
        "`RxSpark` needs Java 17 or newer; the java "_named + where + " is " +
            (version ? "version " + std::to_string(version) : "not one that tells its version"),
        mend);
  return passed("Java", "version " + std::to_string(version) + " " + where);
}

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

SparkCheck check_spark(const SparkOptions& options, SparkPlaces& places) {
  const auto* mend = "set SPARK_HOME to a Spark of version 3.5 to 4.3, or pip install pyspark";
  auto from = std::string("SPARK_HOME=");
  places.spark_home = environment("SPARK_HOME");
  if (places.spark_home.empty() && !options.spark_home.empty()) {
    from = "pyspark in ";
    places.spark_home = options.spark_home;
  }
  if (places.spark_home.empty()) {
    from = "pyspark in ";
    places.spark_home = home_of_pyspark();
  }
  if (places.spark_home.empty())
    return failed("Spark", "Spark was not found: SPARK_HOME is not set and no pyspark is installed",
                  mend);
  if (!places.spark_home.starts_with('/'))
    return failed("Spark",
                  from + places.spark_home +
                      " is no full path, and what it names depends on the "
                      "current folder",
                  "name the folder in full");
  if (::access((places.spark_home + "/bin/spark-submit").c_str(), R_OK) != 0)
    return failed("Spark", from + places.spark_home + " has no bin/spark-submit", mend);
  places.version = spark_version_of(places.spark_home);
  if (places.version.empty())
    return failed("Spark", from + places.spark_home + " has no jars/spark-core_*.jar", mend);
  const auto leading = leading_number(places.version);
  const double number = leading ? leading->value : 0;
  if (number < 3.5 || number >= 5)
    return failed("Spark",
                  from + places.spark_home + " is version " + places.version +
                      ", which `RxSpark` does not know"_named,
                  mend);
  return passed("Spark", "version " + places.version + ", " + from + places.spark_home);
}

SparkCheck check_jar(SparkPlaces& places) {
  try {
    places.jar = find_jvm_jar();
    return passed("insitu-jvm.jar", places.jar);
  } catch (const Error& failure) {
    return failed("insitu-jvm.jar", failure.what(),
                  "build it (cmake with Java and Spark at hand), or name it in INSITU_JVM_JAR");
  }
}

/// Whether anybody answers at host:port within two seconds; "" or what went wrong.
std::string cannot_connect(const std::string& host, const std::string& port) {
  addrinfo wanted{}, *found = nullptr;
  wanted.ai_socktype = SOCK_STREAM;
  if (const int failure = ::getaddrinfo(host.c_str(), port.c_str(), &wanted, &found))
    return ::gai_strerror(failure);
  std::string reason = "no address";
  for (auto* each = found; each; each = each->ai_next) {
    const int line = ::socket(each->ai_family, each->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK,
                              each->ai_protocol);
    if (line < 0) continue;
    int failure = ::connect(line, each->ai_addr, each->ai_addrlen) == 0 ? 0 : errno;
    if (failure == EINPROGRESS) {
      pollfd end{line, POLLOUT, 0};
      socklen_t size = sizeof failure;
      if (::poll(&end, 1, 2000) <= 0)
        failure = ETIMEDOUT;
      else
        ::getsockopt(line, SOL_SOCKET, SO_ERROR, &failure, &size);
    }
    ::close(line);
    if (failure == 0) {
      reason.clear();
      break;
    }
    reason = std::strerror(failure);
  }
  ::freeaddrinfo(found);
  return reason;
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

SparkCheck check_master(const std::string& master) {
  std::string failures;
  for (const auto& [host, port] : hosts_of(master)) {
    const auto failure = cannot_connect(host, port);
    if (failure.empty()) return passed("master", host + ":" + port + " answers");
    failures += (failures.empty() ? "" : ", ") + host + ":" + port + " (" + failure + ")";
  }
  return failed(
      "master", "no Spark master answers at " + failures,
      "start it, or correct the argument master (\"" + master +
          "\"); for \"standalone\" SPARK_MASTER_HOST and SPARK_MASTER_PORT say where it is");
}

/// A value of a Hadoop configuration file.
std::optional<std::string> hadoop_setting(const std::string& file, const std::string& name) {
  std::ifstream stream(file);
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  const auto at = text.find("<name>" + name + "</name>");
  if (at == std::string::npos) return std::nullopt;
  const auto begin = text.find("<value>", at), end = text.find("</value>", at);
  if (begin == std::string::npos || end == std::string::npos || end < begin) return std::nullopt;
  return text.substr(begin + 7, end - begin - 7);
}

SparkCheck check_yarn() {
  auto folder = environment("YARN_CONF_DIR");
  if (folder.empty()) folder = environment("HADOOP_CONF_DIR");
  if (folder.empty())
    return failed("YARN", "master is \"yarn\", but HADOOP_CONF_DIR is not set",
                  "let HADOOP_CONF_DIR name the folder of the cluster's yarn-site.xml, or use "
                  "master \"local\"");
  const auto file = folder + "/yarn-site.xml";
  if (::access(file.c_str(), R_OK) != 0)
    return failed("YARN", "HADOOP_CONF_DIR=" + folder + " holds no yarn-site.xml",
                  "let HADOOP_CONF_DIR name the folder of the cluster's configuration");
  auto address = hadoop_setting(file, "yarn.resourcemanager.address");
  if (!address)
    if (const auto host = hadoop_setting(file, "yarn.resourcemanager.hostname"))
      address = *host + ":8032";
  if (!address || address->find("${") != std::string::npos)
    return passed("YARN", file + " (the address of the resource manager is not in it)");
  const auto colon = address->rfind(':');
  const auto host = address->substr(0, colon);
  const auto port = colon == std::string::npos ? "8032" : address->substr(colon + 1);
  if (const auto failure = cannot_connect(host, port); !failure.empty())
    return failed("YARN",
                  "no resource manager answers at " + host + ":" + port + " (" + failure + ")",
                  "start it, or correct yarn.resourcemanager.address in " + file);
  return passed("YARN", "resource manager at " + host + ":" + port);
}

SparkCheck check_folder(const char* what, const std::string& folder) {
  std::error_code failure;
  const std::string name = what;
  if (!fs::is_directory(folder, failure))
    return failed(name, name + " is no folder: " + folder, "make it, or name another one");
  if (::access(folder.c_str(), W_OK | X_OK) != 0)
    return failed(name, name + " cannot be written to: " + folder,
                  "change its permissions, or name another one");
  const auto space = fs::space(folder, failure);
  if (!failure && static_cast<double>(space.available) < kLeastSpace)
    return failed(
        name,
        name + " has " + std::to_string(space.available >> 20) + " MiB of free space: " + folder,
        "make room, or name another one");
  return passed(name, folder);
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

std::string find_jvm_jar() {
  return find_companion("insitu-jvm.jar", "INSITU_JVM_JAR", "hosts/jvm",
                        {"../share/insitu", "share/insitu", "../../share/insitu", "jvm", "../jvm"});
}

std::vector<SparkCheck> spark_checks(const SparkOptions& options, SparkPlaces* places) {
  SparkPlaces local;
  auto& found = places ? *places : local;
  std::vector<SparkCheck> checks = {check_java(found), check_spark(options, found),
                                    check_jar(found)};
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
