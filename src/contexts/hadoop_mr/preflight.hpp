#pragma once
// What is looked at before a gateway of Hadoop is started (spec: design of RxHadoopMR, pre-flight
// checks). The same questions are asked by `insitu doctor hadoop`.
#include <functional>
#include <string>
#include <vector>

#include "contexts/gateway/checks.hpp"
#include "contexts/hadoop_mr/options.hpp"

namespace insitu {

/// Where the parts are on this machine, and what the files of its configuration say.
struct HadoopPlaces {
  std::string java;        ///< java itself; JAVA_HOME/bin/java or of PATH
  std::string class_path;  ///< of Hadoop, as Java takes it
  std::string version;     ///< of Hadoop, "3.5.0"
  std::string conf;        ///< folder of the configuration; "": there is none
  std::string framework;   ///< "yarn" or "local": where jobs run
  std::string jar;         ///< insitu-jvm.jar
};

/// Looks at everything, in the order in which it would fail; does not stop at the first failure.
std::vector<GatewayCheck> hadoop_checks(const HadoopOptions&, HadoopPlaces* places = nullptr);

/// Throws for the first check that fails: "RxHadoopMR: <found>; <mend>".
HadoopPlaces require_hadoop(const HadoopOptions&);

/// Where jobs run, by the options and the files of the configuration: "yarn", "local".
std::string hadoop_framework(const HadoopOptions&);

/// The folder of Hadoop's configuration: HADOOP_CONF_DIR, else etc/hadoop of HADOOP_HOME, else
/// /etc/hadoop/conf where it is there; "" without one.
std::string hadoop_conf_folder();

/// "hadoop-common-3.5.0.jar" on a class path (with folder/* as Java has it) tells the version; "":
/// this is no Hadoop.
std::string hadoop_version_of(const std::string& class_path);

/// What only the daemons can tell is asked by who stands above (it takes WebHDFS): the name node,
/// a data node, hdfsShareDir, the resource manager. Without one nothing more is looked at.
using ClusterChecks = std::function<std::vector<GatewayCheck>(
    const HadoopOptions&, const HadoopLaunch&, const HadoopPlaces&)>;
void set_cluster_checks(ClusterChecks);

}  // namespace insitu
