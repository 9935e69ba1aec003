#include "hadoop_arguments.hpp"

#include <nlohmann/json.hpp>

namespace insitu::cli {

using nlohmann::json;

void HadoopArguments::add_options(CLI::App& app) {
  auto* group = app.add_option_group("Hadoop (with --context hadoop; also --name-node and --port)");
  group
      ->add_option("--framework", framework,
                   "yarn, local (Hadoop's local runner) or auto: as HADOOP_CONF_DIR says, small "
                   "jobs in the local runner (default auto)")
      ->type_name("NAME");
  group
      ->add_option("--hadoop-switches", switches,
                   "Generic options of Hadoop: --hadoop-switches='-D key=value -files a,b'")
      ->type_name("TEXT");
  group
      ->add_option("--hdfs-share-dir", hdfs_folder,
                   "Folder in HDFS for the files of jobs (default: in the home folder there)")
      ->type_name("PATH");
  group
      ->add_option("--jvm-options", java,
                   "Options of the Java that submits jobs: --jvm-options=-Xmx2g")
      ->type_name("TEXT");
  group
      ->add_option("--map-memory", map_memory,
                   "Memory of a map task in MB, where the workers live (default: as configured)")
      ->check(CLI::Range(64, 1 << 20))
      ->type_name("MB");
  group
      ->add_option("--reduce-memory", reduce_memory,
                   "Memory of a reduce task in MB (default: as configured)")
      ->check(CLI::Range(64, 1 << 20))
      ->type_name("MB");
  group
      ->add_option("--uber", uber,
                   "yes, no or auto: the tasks of a job run in the process of its master (default "
                   "auto: by its size)")
      ->type_name("WHEN");
  group
      ->add_option(
          "--reduce", reduce,
          "none, oneStage, twoStage or auto: how states are merged; the answer is the same "
          "(default auto: by their size)")
      ->type_name("HOW");
}

const char* HadoopArguments::given() const {
  if (framework) return "--framework";
  if (switches) return "--hadoop-switches";
  if (hdfs_folder) return "--hdfs-share-dir";
  if (java) return "--jvm-options";
  if (map_memory) return "--map-memory";
  if (reduce_memory) return "--reduce-memory";
  if (uber) return "--uber";
  if (reduce) return "--reduce";
  return nullptr;
}

json HadoopArguments::description(const std::optional<std::string>& name_node,
                                  const std::optional<int>& port) const {
  json found = {{"type", "RxHadoopMR"}};
  if (framework) found["framework"] = *framework;
  if (switches) found["hadoopSwitches"] = *switches;
  if (hdfs_folder) found["hdfsShareDir"] = *hdfs_folder;
  if (java) found["jvmOptions"] = *java;
  if (map_memory) found["mapMemory"] = *map_memory;
  if (reduce_memory) found["reduceMemory"] = *reduce_memory;
  if (uber) found["uber"] = *uber;
  if (reduce) found["reduceMethod"] = *reduce;
  if (name_node) found["nameNode"] = *name_node;
  if (port) found["port"] = *port;
  return found;
}

}  // namespace insitu::cli
