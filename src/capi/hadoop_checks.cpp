#include "capi/hadoop_checks.hpp"

#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/hadoop_configuration.hpp"
#include "base/named.hpp"
#include "base/number_text.hpp"
#include "contexts/hadoop_mr/preflight.hpp"
#include "filesystems/hdfs/name_node.hpp"
#include "filesystems/hdfs/web_hdfs.hpp"

namespace insitu {

using nlohmann::json;

namespace {

class ClusterLook {
 public:
  ClusterLook(const HadoopOptions& options, const HadoopLaunch& launch, const HadoopPlaces& places)
      : options_(options), launch_(launch), places_(places) {
    if (places.conf.empty()) return;
    files_ = HadoopConfiguration::of_folder(
        places.conf, {"core-site.xml", "hdfs-site.xml", "mapred-site.xml", "yarn-site.xml"});
  }

  std::vector<GatewayCheck> checks() {
    const auto file_system = setting("fs.defaultFS", "file:///");
    const bool on_hdfs = is_hdfs_path(file_system);
    const bool on_yarn = places_.framework == "yarn";
    if (setting("hadoop.security.authentication", "simple") != "simple") {
      if (on_hdfs || on_yarn)
        add(passed_check("daemons", "not asked: the cluster wants Kerberos, which Java has"));
    } else {
      if (on_hdfs) look_at_hdfs(file_system, on_yarn);
      if (on_yarn) look_at_yarn();
    }
    return std::move(checks_);
  }

 private:
  void add(GatewayCheck check) { checks_.push_back(std::move(check)); }
  bool good() const { return checks_.empty() || checks_.back().ok; }

  std::string setting(const std::string& key, const std::string& otherwise) const {
    if (const auto found = launch_.configuration.find(key); found != launch_.configuration.end())
      return found->get<std::string>();
    return files_.get(key, otherwise);
  }
  double number(const std::string& key, double otherwise) const {
    return number_of_text(setting(key, "")).value_or(otherwise);
  }

  void look_at_hdfs(const std::string& file_system, bool on_yarn) {
    if (setting("dfs.webhdfs.enabled", "true") != "true")
      return add(passed_check("name node", "not asked: dfs.webhdfs.enabled is false"));
    const auto authority = HdfsAddress::of(file_system).authority;
    try {
      WebHdfs line(name_nodes_of(authority, files_), hadoop_user(files_));
      look_at_name_node(line, file_system);
      if (good()) look_at_share(line);
      if (good() && on_yarn) look_at_staging(line);
    } catch (const Unsupported& failure) {  // libcurl is not here; Java needs none
      add(passed_check("name node", std::string("not asked: ") + failure.what()));
    }
  }

  void look_at_name_node(WebHdfs& line, const std::string& file_system) {
    try {
      (void)line.status("/");
      add(passed_check("name node", line.name_node() + " answers for " + file_system));
    } catch (const Unsupported&) {
      throw;
    } catch (const Error& failure) {
      add(failed_check("name node",
                       "no name node answers for " + file_system + ": " + failure.what(),
                       "start it, correct fs.defaultFS and dfs.namenode.http-address in the "
                       "configuration, or `nameNode` and `port`"_named));
    }
  }

  /// A file is written there, read and removed: data nodes take part in it.
  void look_at_share(WebHdfs& line) {
    const auto mend = "name a folder in HDFS that you may write to as `hdfsShareDir`"_named;
    const auto folder = options_.hdfs_share_dir.empty() ? line.home() : options_.hdfs_share_dir;
    const auto address =
        folder.find("://") == std::string::npos ? HdfsAddress{"", folder} : HdfsAddress::of(folder);
    const auto file = child_of(address.path, ".insitu-probe-" + std::to_string(::getpid()));
    bool made = false;
    try {
      line.make_directories(address.path, options_.run_as_user_mode ? "770" : "700");
      made = true;
      static constexpr std::string_view kText = "probe";
      std::size_t sent = 0;
      line.create(file,
                  {.begin = [&] { sent = 0; },
                   .next =
                       [&](std::span<char> to) {
                         const auto count = std::min(to.size(), kText.size() - sent);
                         std::copy_n(kText.data() + sent, count, to.data());
                         sent += count;
                         return count;
                       }},
                  {.overwrite = true, .permission = {}});
      std::string back;
      line.read(file, 0, kText.size(), [&](std::string_view bytes) { back += bytes; });
      line.remove(file);
      if (back != kText)
        return add(failed_check("hdfsShareDir", "a file of " + folder + " came back changed",
                                "look at the logs of the data nodes"));
      add(passed_check("hdfsShareDir", folder + " can be written to, and data nodes answer"));
    } catch (const HdfsError& failure) {
      if (failure.exception == "SafeModeException")
        return add(failed_check(
            "hdfsShareDir", "HDFS is in safe mode, and nothing can be written",
            "it leaves by itself when enough data nodes have reported; hdfs dfsadmin -safemode get "
            "tells how far it is"));
      if (failure.exception == "AccessControlException")
        return add(failed_check(
            "hdfsShareDir",
            folder + " in HDFS cannot be written to by " + line.user() + ": " + failure.what(),
            mend));
      add(failed_check("hdfsShareDir",
                       folder + " in HDFS cannot be used: " + std::string(failure.what()), mend));
    } catch (const Error& failure) {
      if (!made)
        return add(failed_check("hdfsShareDir",
                                folder + " in HDFS cannot be used: " + std::string(failure.what()),
                                mend));
      add(failed_check(
          "data nodes",
          "the name node answers, but a data node does not: " + std::string(failure.what()),
          "start it, or let this machine reach the HTTP ports of the data nodes "
          "(dfs.datanode.http.address); `RxRemote` runs calls on a node of the "
          "cluster"_named));
    }
  }

  /// Jobs put their files there; without the permission they fail after everything else is ready.
  void look_at_staging(WebHdfs& line) {
    const auto folder = setting("yarn.app.mapreduce.am.staging-dir", "/tmp/hadoop-yarn/staging");
    try {
      if (!line.status(folder)) return;  // the first job makes it
      line.make_directories(child_of(child_of(folder, line.user()), ".staging"), "700");
      add(passed_check("staging folder", folder + " can be written to"));
    } catch (const Error& failure) {
      add(failed_check(
          "staging folder",
          folder + " in HDFS cannot be written to by " + line.user() + ": " + failure.what(),
          "let its administrator open it, or set yarn.app.mapreduce.am.staging-dir"));
    }
  }

  /// "host:port" of the web services of resource managers.
  std::vector<std::string> resource_managers() const {
    const auto of = [&](const std::string& suffix) {
      const auto host = setting("yarn.resourcemanager.hostname" + suffix, "");
      const auto address = setting("yarn.resourcemanager.webapp.address" + suffix, "");
      return !address.empty() ? address : host.empty() ? std::string() : host + ":8088";
    };
    std::vector<std::string> all;
    const auto names = setting("yarn.resourcemanager.ha.rm-ids", "");
    for (std::size_t begin = 0, end = 0; end != std::string::npos; begin = end + 1) {
      end = names.find(',', begin);
      const auto name = names.substr(begin, end - begin);
      if (auto address = of(name.empty() ? "" : "." + name); !address.empty())
        all.push_back(std::move(address));
    }
    if (all.empty()) all.emplace_back("0.0.0.0:8088");
    for (auto& address : all)
      if (address.starts_with("0.0.0.0:")) address.replace(0, 7, "127.0.0.1");
    return all;
  }

  void look_at_yarn() {
    if (setting("yarn.http.policy", "HTTP_ONLY") == "HTTPS_ONLY")
      return add(passed_check("resource manager", "not asked: yarn.http.policy is HTTPS_ONLY"));
    std::string failures;
    for (const auto& address : resource_managers()) {
      try {
        HttpLine line;
        const auto reply = line.send({.url = "http://" + address + "/ws/v1/cluster/metrics"});
        const auto found = json::parse(reply.body, nullptr, false);
        if (reply.status == 200 && found.is_object() && found.contains("clusterMetrics"))
          return look_at_nodes(address, found["clusterMetrics"]);
        failures += (failures.empty() ? "" : ", ") + address + " (answers with status " +
                    std::to_string(reply.status) + ")";
      } catch (const Unsupported& failure) {
        return add(passed_check("resource manager", std::string("not asked: ") + failure.what()));
      } catch (const Error& failure) {
        failures += (failures.empty() ? "" : ", ") + std::string(failure.what());
      }
    }
    add(failed_check("resource manager", "no resource manager answers: " + failures,
                     "start it, or correct yarn.resourcemanager.webapp.address in yarn-site.xml; "
                     "`framework`: \"local\" needs none"_named));
  }

  void look_at_nodes(const std::string& address, const json& metrics) {
    const auto nodes = metrics.value("activeNodes", 0);
    if (nodes <= 0)
      return add(failed_check(
          "resource manager",
          "no node manager is healthy (" + address + " counts " +
              std::to_string(metrics.value("unhealthyNodes", 0)) + " unhealthy and " +
              std::to_string(metrics.value("lostNodes", 0)) + " lost ones)",
          "start them, or look at their logs: a disk that is nearly full makes one unhealthy"));
    const auto total = metrics.value("totalMB", 0.0);
    const auto least =
        number("yarn.app.mapreduce.am.resource.mb", 1536) +
        (options_.map_memory > 0 ? options_.map_memory : number("mapreduce.map.memory.mb", 1024));
    if (total > 0 && total < least)
      return add(failed_check("resource manager",
                              "the nodes have " + whole(total) + " MB, and a job needs " +
                                  whole(least) + " for its master and one task",
                              "lower yarn.app.mapreduce.am.resource.mb and `mapMemory`, or add "
                              "nodes"_named));
    add(passed_check("resource manager", address + ", " + std::to_string(nodes) + " nodes, " +
                                             whole(metrics.value("availableMB", 0.0)) + " of " +
                                             whole(total) + " MB free"));
  }

  static std::string whole(double number) {
    return std::to_string(static_cast<std::int64_t>(std::clamp(number, -1e15, 1e15)));
  }

  const HadoopOptions& options_;
  const HadoopLaunch& launch_;
  const HadoopPlaces& places_;
  HadoopConfiguration files_;
  std::vector<GatewayCheck> checks_;
};

}  // namespace

void add_hadoop_checks() {
  static const bool once = [] {
    set_cluster_checks(
        [](const HadoopOptions& options, const HadoopLaunch& launch, const HadoopPlaces& places) {
          return ClusterLook(options, launch, places).checks();
        });
    return true;
  }();
  (void)once;
}

}  // namespace insitu
